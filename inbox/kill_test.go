package inbox_test

func receive() {}
