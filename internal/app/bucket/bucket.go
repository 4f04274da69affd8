// Package bucket reads objects of S3 from a folder whose folders are buckets.
package bucket

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Read reads an object below a folder of buckets, out of which no link leads. An error is fs.ErrNotExist if there is none.
func Read(dir, bucket, key string) ([]byte, error) {
	name := path.Join(bucket, key)
	if name != bucket+"/"+key || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist // no file is called like this
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of buckets: %w", err)
	}
	defer root.Close()
	found, err := root.Stat(name)
	switch {
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL):
		return nil, fs.ErrNotExist // nothing can be called like this
	case err != nil:
		return nil, fmt.Errorf("look for an object: %w", err)
	case !found.Mode().IsRegular():
		return nil, fs.ErrNotExist
	case found.Size() > apiclient.MaxAnswer:
		return nil, apiclient.ErrTooLong
	}
	content, err := root.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	return content, nil
}
