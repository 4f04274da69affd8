package endpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/docker/cli/cli/config"
)

// defaultContext is the context that stands for the environment and the default
// socket; it is not stored.
const defaultContext = "default"

// currentContext names the docker context in force; empty is the default.
func currentContext() string {
	if name := os.Getenv("DOCKER_CONTEXT"); name != "" {
		return name
	}
	return config.LoadDefaultConfigFile(io.Discard).CurrentContext
}

// readContext reads a context that `docker context create` stored. Docker Desktop,
// Colima and Rancher Desktop select theirs this way.
func readContext(name string) (Endpoint, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	raw, err := os.ReadFile(filepath.Join(config.ContextStoreDir(), "meta", id, "meta.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return Endpoint{}, fmt.Errorf("there is no docker context %q: 'docker context ls' lists them", name)
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("read docker context %q: %w", name, err)
	}
	var meta struct {
		Endpoints struct {
			Docker struct{ Host string } `json:"docker"`
		}
	}
	if err := json.Unmarshal(raw, &meta); err != nil {
		return Endpoint{}, fmt.Errorf("read docker context %q: %w", name, err)
	}
	if meta.Endpoints.Docker.Host == "" {
		return Endpoint{}, fmt.Errorf("docker context %q has no engine address", name)
	}
	e := Endpoint{Host: withoutUser(meta.Endpoints.Docker.Host), Context: name}
	if dir := filepath.Join(config.ContextStoreDir(), "tls", id, "docker"); isDir(dir) {
		e.CertPath = dir
	}
	return e, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
