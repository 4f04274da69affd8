package enginerecord

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ForgetOwner has the data directory's next owner be another one.
func ForgetOwner(dataDir string) error {
	err := os.Remove(filepath.Join(dataDir, docker.OwnerFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Owner is the name under which the emulator's containers are its own: that of
// the data directory, whose tasks the next run takes over, else one for this run.
func Owner(dataDir string) (string, error) {
	if dataDir == "" {
		return arn.NewID(), nil
	}
	path := filepath.Join(dataDir, docker.OwnerFile)
	body, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read the owner of the data directory: %w", err)
	}
	if owner := strings.TrimSpace(string(body)); owner != "" {
		return owner, nil
	}
	// An empty file is what earlier versions left on a full disk.
	id := arn.NewID()
	if err := replaceFile(path, []byte(id+"\n")); err != nil {
		return "", fmt.Errorf("write the owner of the data directory: %w", err)
	}
	return id, nil
}

// replaceFile replaces a file as a whole: a crash leaves the old one or the new one.
func replaceFile(path string, body []byte) error {
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(body)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	return err
}
