//go:build !race

package imotel_test

const raceEnabled = false
