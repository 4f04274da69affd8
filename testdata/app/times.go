package main

import (
	"fmt"
	"os"
	"os/exec"
	"time"
)

// times runs another mode as a process of its own, and prints when it begins and ends.
func times(args []string) error {
	signals := terminated()
	stamp(args[0], "begins")
	child := exec.Command("/proc/self/exe", args[1:]...)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		return err
	}
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s)
		}
	}()
	_ = child.Wait() // its code says how it went
	stamp(args[0], "ends")
	os.Exit(child.ProcessState.ExitCode())
	return nil
}

// stamp prints a line that sorts by time.
func stamp(name, what string) {
	fmt.Println(time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z"), name, what)
}
