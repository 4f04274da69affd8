package main

import "fmt"

// exitError ends the program with an exit code; why may be nil.
type exitError struct {
	code int
	why  error
}

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// usageError is a command line that makes no sense.
type usageError struct{ error }
