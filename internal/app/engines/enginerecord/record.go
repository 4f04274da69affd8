// Package enginerecord keeps a data directory's tasks to the container engine that runs them: what
// the directory remembers of the engine, which engine to open for it, and under which name the
// emulator's containers there are its own.
package enginerecord

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
)

// Record is what a data directory remembers of the engine that runs its tasks:
// state and engine belong together. Of the simulation, which ends with the emulator,
// the id is another at each start.
type Record struct {
	Kind string `json:"kind"`           // docker or sim
	Host string `json:"host,omitempty"` // where Docker is: unix:///var/run/docker.sock
	ID   string `json:"id,omitempty"`   // backend.Info.ID; empty until the engine has answered
}

// stored is a record as the file has it.
type stored struct {
	Record
	Sum string `json:"sum,omitempty"` // earlier versions wrote none
}

// sum is the checksum of a record: another byte may name another engine.
func (r Record) sum() string {
	text := strings.Join([]string{r.Kind, r.Host, r.ID}, "\n")
	return fmt.Sprintf("%08x", crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli)))
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
	var r stored
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	switch {
	case err != nil:
	case r.Kind == "":
		err = errors.New("it names no engine")
	case r.Sum != "" && r.Sum != r.sum():
		err = errors.New("its checksum is wrong")
	}
	if err != nil {
		return nil, fmt.Errorf("read which engine the data directory belongs to: %s: %w; remove that file if the tasks run on the engine of this start, "+
			"or the whole directory to begin anew", recordPath(dataDir), err)
	}
	return &r.Record, nil
}

func (r Record) write(dataDir string) error {
	if dataDir == "" {
		return nil
	}
	body, err := json.Marshal(stored{r, r.sum()})
	if err != nil {
		return err
	}
	return replaceFile(recordPath(dataDir), append(body, '\n'))
}
