// Command testsummary runs go test, passes its output on, and ends with the slowest
// tests, how many ran, how many were left out, and why:
//
//	testsummary [-tally file] [go test flags] [packages]
//
// It exits as go test does. With -tally, or TEST_TALLY in the environment, it appends
// "passed failed" to a file, for a run that consists of several, and with TEST_FAILURES what the tests
// said that failed. With TEST_AGAIN=N a few tests
// that fail run again, each alone and N times; those that pass are listed as flaky. More do if the
// engine stood still while they ran, which a file with a line for each time tells: TEST_STOOD_STILL.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
)

func main() {
	args, tally := os.Args[1:], os.Getenv("TEST_TALLY")
	if len(args) > 1 && args[0] == "-tally" {
		tally, args = args[1], args[2:]
	}
	code, err := run(args, tally)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run returns the exit code of go test.
func run(args []string, tally string) (int, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return 1, err
	}
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("start go test: %w", err)
	}
	var s summary
	readErr := s.read(stream, os.Stdout)
	if readErr != nil {
		_, _ = io.Copy(io.Discard, stream) // so that go test can end
	}
	waitErr := cmd.Wait()
	if cmd.ProcessState == nil {
		return 1, waitErr
	}
	code := cmd.ProcessState.ExitCode()
	if times := os.Getenv("TEST_AGAIN"); times != "" && code == 1 && s.runAgain(mayRunAgain(os.Getenv("TEST_STOOD_STILL")), passesAlone(args, times)) {
		code = 0
	}
	s.write(os.Stdout)
	if slices.Contains(args, "-short") && !slices.Contains(args, "-race") {
		fmt.Println("`make test-all` runs all tests, and with the race detector")
	}
	return code, cmp.Or(appendTo(tally, s.writeCounts), appendTo(os.Getenv("TEST_FAILURES"), s.writeFailures), readErr)
}

// read takes the events of go test and passes on what go test prints without
// -json: the output of packages, and of the tests that fail.
func (s *summary) read(events io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		text := s.take(lines.Bytes())
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
	}
	return lines.Err()
}
