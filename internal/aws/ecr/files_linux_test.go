package ecr

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestAFullDiskFailsOneUploadAlone(t *testing.T) {
	s := openShelf(t, 0)
	other := s.push(t, web, "other")
	u, err := s.Begin(web)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(u.place()), os.Symlink("/dev/full", u.place())); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Append(0, strings.NewReader("no room")); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Upload(web, u.ID); !errors.As(err, new(*UploadNotFoundError)) {
		t.Errorf("the upload goes on: %v", err)
	}
	if err := other.Commit(digestOf("other"), s.layer(web, digestOf("other"))); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(u.place()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its file is left: %v", err)
	}
}
