package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// each reads lines of a name and a mode with its arguments, and runs each as a process of its own as soon
// as it is read. When one ends, it prints the name, the exit code and what was written.
func each([]string) error {
	var (
		printing sync.Mutex
		running  sync.WaitGroup
	)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			return fmt.Errorf("no name and mode: %q", lines.Text())
		}
		running.Go(func() {
			command := exec.Command("/proc/self/exe", words[1:]...)
			written, err := command.CombinedOutput()
			code := command.ProcessState.ExitCode() // -1 for one that did not run or got a signal
			if code < 0 {
				written = append(written, err.Error()...)
			}
			printing.Lock()
			defer printing.Unlock()
			fmt.Printf("%s %d %q\n", words[0], code, written)
		})
	}
	running.Wait()
	return lines.Err()
}
