//go:build race

package imotel_test

const raceEnabled = true
