// Package enginerecord keeps a data directory's tasks to the container engine that runs them: what
// the directory remembers of the engine, which engine to open for it, and under which name the
// emulator's containers there are its own.
package enginerecord

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Record is what a data directory remembers of the engine that runs its tasks:
// state and engine belong together. Of the simulation, which ends with the emulator,
// the id is another at each start.
type Record struct {
	Kind string `json:"kind"`           // docker or sim
	Host string `json:"host,omitempty"` // where Docker is: unix:///var/run/docker.sock
	ID   string `json:"id,omitempty"`   // backend.Info.ID; empty until the engine has answered
}

func (r Record) String() string {
	if r.Host == "" {
		return r.Kind
	}
	return r.Kind + " at " + r.Host
}

func recordPath(dataDir string) string { return filepath.Join(dataDir, "engine.json") }

// Read returns nil for a directory that remembers none.
func Read(dataDir string) (*Record, error) {
	if dataDir == "" {
		return nil, nil
	}
	body, err := os.ReadFile(recordPath(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var r Record
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err == nil && r.Kind == "" {
		err = errors.New("it names no engine")
	}
	if err != nil {
		return nil, fmt.Errorf("read which engine the data directory belongs to: remove %s if it is the engine of this start: %w", recordPath(dataDir), err)
	}
	return &r, nil
}

func (r Record) write(dataDir string) error {
	if dataDir == "" {
		return nil
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return replaceFile(recordPath(dataDir), append(body, '\n'))
}
