package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// shell reads lines and runs a mode for each, as a user of ECS Exec types them. It prompts on a
// terminal, whose Ctrl-C ends what runs and not the shell.
func shell([]string) error {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT)
	prompts := term.IsTerminal(0)
	code := 0
	for {
		if prompts {
			fmt.Print("# ")
		}
		words, err := readLine()
		if err != nil {
			os.Exit(code)
		}
		if len(words) == 0 {
			continue
		}
		if words[0] == "exit" {
			if len(words) > 1 {
				code, _ = strconv.Atoi(words[1])
			}
			os.Exit(code)
		}
		command := exec.Command("/proc/self/exe", words...)
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = command.Run()
		var ended *exec.ExitError
		switch {
		case errors.As(err, &ended):
			code = ended.ExitCode()
		case err != nil:
			return err
		default:
			code = 0
		}
	}
}

// readLine reads the words of a line, and leaves what follows to the modes.
func readLine() ([]string, error) {
	var line []byte
	key := make([]byte, 1)
	for {
		switch n, err := os.Stdin.Read(key); {
		case n == 0:
			return nil, err
		case key[0] == '\n':
			return strings.Fields(string(line)), nil
		}
		line = append(line, key[0])
	}
}

// cat writes what it reads.
func cat([]string) error {
	_, err := io.Copy(os.Stdout, os.Stdin)
	return err
}

func echo(args []string) error {
	fmt.Println(strings.Join(args, " "))
	return nil
}

// stty prints the size of the terminal as stty(1) does.
func stty([]string) error {
	columns, rows, err := term.GetSize(0)
	if err == nil {
		fmt.Println(rows, columns)
	}
	return err
}

func printFolder([]string) error {
	folder, err := os.Getwd()
	fmt.Println(folder)
	return err
}

func printUser([]string) error {
	fmt.Printf("uid=%d gid=%d\n", os.Getuid(), os.Getgid())
	return nil
}

// noise writes so many bytes, which are ever the same ones.
func noise(args []string) error {
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return err
	}
	_, err = io.CopyN(os.Stdout, rand.NewChaCha8([32]byte{}), n)
	return err
}

// hangup waits for its terminal to hang up, and notes it in a file.
func hangup(args []string) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	fmt.Println("waiting")
	return write([]string{args[0], (<-signals).String()})
}

// die ends by a signal.
func die(args []string) error {
	number, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(syscall.Signal(number))
	}
	if err == nil {
		select {} // until it comes
	}
	return err
}
