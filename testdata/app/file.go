package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// write writes a file, in folders that it makes.
func write(args []string) error {
	if err := os.MkdirAll(filepath.Dir(args[0]), 0o755); err != nil {
		return err
	}
	return os.WriteFile(args[0], []byte(args[1]+"\n"), 0o644)
}

func read(args []string) error {
	text, err := os.ReadFile(args[0])
	if err == nil {
		fmt.Printf("%s", text)
	}
	return err
}
