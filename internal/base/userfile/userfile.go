// Package userfile reads files that users name.
package userfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// MiB bounds files that people write.
const MiB = 1 << 20

// Read reads a file of at most so many bytes. What is no regular file, such as a pipe or a device, is refused:
// it may have no end, and wait for ever. As file systems may not answer either, Read gives up when ctx ends.
func Read(ctx context.Context, path string, most int64) ([]byte, error) {
	type outcome struct {
		text []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		text, err := read(path, most)
		done <- outcome{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, &os.PathError{Op: "read", Path: path, Err: ctx.Err()}
	case o := <-done:
		return o.text, o.err
	}
}

// errNotRegular is of what may have no end.
var errNotRegular = errors.New("it is no regular file")

func read(path string, most int64) ([]byte, error) {
	refuse := func(err error) ([]byte, error) { return nil, &os.PathError{Op: "read", Path: path, Err: err} }
	found, err := os.Stat(path) // to open a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	if found.IsDir() {
		return refuse(syscall.EISDIR)
	}
	if !found.Mode().IsRegular() {
		return refuse(errNotRegular)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most {
		return refuse(fmt.Errorf("it has more than %d MiB", most/MiB))
	}
	return text, nil
}
