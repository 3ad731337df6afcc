package batch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/imrest/im-go/batch"
)

// added is what a call returns that added two of three members.
func added() (batch.Result, error) {
	results := batch.Result{
		{ID: "alice"},
		{ID: "bob", Err: &batch.Reason{Text: "user bob is already in group"}},
		{ID: "carol"},
	}
	return results, results.Err()
}

// A failure is not overlooked, and the results are there all the same.
func ExampleResults() {
	results, err := added()
	if errors.Is(err, batch.ErrPartial) {
		for _, item := range results.Failed() {
			fmt.Println(item.ID, "failed:", item.Err)
		}
	}
	fmt.Println("added:", results.Done().IDs())
	// Output:
	// bob failed: user bob is already in group
	// added: [alice carol]
}

// Results are stored as JSON, reasons included.
func ExampleReason() {
	results, _ := added()
	stored, err := json.Marshal(results.Failed())
	if err != nil {
		log.Fatal(err)
	}
	var back batch.Result
	if err := json.Unmarshal(stored, &back); err != nil {
		log.Fatal(err)
	}
	fmt.Println(back[0].ID, back[0].Err)
	// Output: bob user bob is already in group
}

// A list that is longer than a call may be is cut.
func ExampleChunks() {
	names := []string{"alice", "bob", "carol", "dave", "erin"}
	for chunk := range batch.Chunks(names, 2) {
		fmt.Println(chunk)
	}
	fmt.Println(len(slices.Collect(batch.Chunks(names, 5))))
	// Output:
	// [alice bob]
	// [carol dave]
	// [erin]
	// 1
}
