package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// engineRecord is what a data directory remembers of the engine that runs its tasks:
// state and engine belong together. Of the simulation, which ends with the emulator,
// the id is another at each start.
type engineRecord struct {
	Kind string `json:"kind"`           // docker or sim
	Host string `json:"host,omitempty"` // where Docker is: unix:///var/run/docker.sock
	ID   string `json:"id,omitempty"`   // backend.Info.ID; empty until the engine has answered
}

func (r engineRecord) String() string {
	if r.Host == "" {
		return r.Kind
	}
	return r.Kind + " at " + r.Host
}

func engineRecordPath(dataDir string) string { return filepath.Join(dataDir, "engine.json") }

// readEngineRecord returns nil for a directory that remembers none.
func readEngineRecord(dataDir string) (*engineRecord, error) {
	if dataDir == "" {
		return nil, nil
	}
	body, err := os.ReadFile(engineRecordPath(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var r engineRecord
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err == nil && r.Kind == "" {
		err = errors.New("it names no engine")
	}
	if err != nil {
		return nil, fmt.Errorf("read which engine the data directory belongs to (%s): %w", engineRecordPath(dataDir), err)
	}
	return &r, nil
}

func (r engineRecord) write(dataDir string) error {
	if dataDir == "" {
		return nil
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return writeFile(engineRecordPath(dataDir), append(body, '\n'))
}

// writeFile replaces a file as a whole: a crash leaves the old one or the new one.
func writeFile(path string, body []byte) error {
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

// engineChoice is which engine to open.
type engineChoice struct {
	kind string // docker or sim
	host string // of Docker; empty is what the docker command would use
	// fallBack takes the simulation when Docker does not answer.
	fallBack bool
	// wait starts the emulator although the engine does not answer: its state is
	// there, and goes on when the engine is.
	wait bool
}

// chooseEngine decides which engine to open: the one asked for, but never another
// than the one that the state belongs to. asked is Options.Engine.
func chooseEngine(asked string, known *engineRecord) (engineChoice, error) {
	var c engineChoice
	switch {
	case asked == "sim":
		c.kind = "sim"
	case asked == "docker":
		c.kind = "docker"
	case asked == "auto":
		c = engineChoice{kind: "docker", fallBack: true}
	case strings.Contains(asked, "://"):
		c = engineChoice{kind: "docker", host: asked}
	default:
		return c, fmt.Errorf("engine %q is none of auto, docker, sim and an engine's URL (unix://, tcp://, ssh://)", asked)
	}
	if known == nil {
		return c, nil
	}
	if asked != "auto" && c.kind != known.Kind || c.host != "" && c.host != known.Host {
		return c, fmt.Errorf("the data directory belongs to the engine %s, not to %s: --new-engine goes on without the tasks that run there", known, asked)
	}
	return engineChoice{kind: known.Kind, host: known.Host, wait: true}, nil
}
