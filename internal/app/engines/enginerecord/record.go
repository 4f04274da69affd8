// Package enginerecord keeps a data directory's tasks to the container engines that run them: what
// the directory remembers of each engine, and under which name the emulator's containers there are its own.
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

// Record is what a data directory remembers of an engine that runs its tasks:
// state and engine belong together. Of the simulation, which ends with the emulator,
// the id is another at each start.
type Record struct {
	Name string `json:"name,omitempty"` // empty for the one engine without a name
	Kind string `json:"kind"`           // docker or sim
	Host string `json:"host,omitempty"` // where Docker is: unix:///var/run/docker.sock
	ID   string `json:"id,omitempty"`   // backend.Info.ID; empty until the engine has answered
}

// stored are records as the file has them: of one engine without a name as its members, of others as a list.
type stored struct {
	*Record
	Engines []Record `json:"engines,omitempty"`
	Sum     string   `json:"sum,omitempty"` // earlier versions wrote none
}

// all are the records of a file.
func (s stored) all() []Record {
	if s.Record != nil {
		return append([]Record{*s.Record}, s.Engines...)
	}
	return s.Engines
}

// sumOf is the checksum of records: another byte may name another engine.
func sumOf(all []Record) string {
	var parts []string
	for _, r := range all {
		if r.Name != "" {
			parts = append(parts, r.Name)
		}
		parts = append(parts, r.Kind, r.Host, r.ID)
	}
	return fmt.Sprintf("%08x", crc32.Checksum([]byte(strings.Join(parts, "\n")), crc32.MakeTable(crc32.Castagnoli)))
}

func (r Record) String() string {
	text := r.Kind
	if r.Host != "" {
		text += " at " + r.Host
	}
	if r.Name == "" {
		return text
	}
	return r.Name + " (" + text + ")"
}

func recordPath(dataDir string) string { return filepath.Join(dataDir, "engine.json") }

// Read returns none for a directory that remembers none.
func Read(dataDir string) ([]Record, error) {
	if dataDir == "" {
		return nil, nil
	}
	body, err := os.ReadFile(recordPath(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var file stored
	if err == nil {
		err = json.Unmarshal(body, &file)
	}
	all := file.all()
	if err == nil {
		err = check(all, file.Sum)
	}
	if err != nil {
		return nil, fmt.Errorf("read which engine the data directory belongs to: %s: %w; remove that file if the tasks run on the engine of this start, "+
			"or the whole directory to begin anew", recordPath(dataDir), err)
	}
	return all, nil
}

// check says what is wrong with records as they were read.
func check(all []Record, sum string) error {
	names := map[string]bool{}
	for _, r := range all {
		switch {
		case r.Kind == "":
			return errors.New("it names no engine")
		case names[r.Name]:
			return errors.New("it names an engine twice")
		}
		names[r.Name] = true
	}
	switch {
	case len(all) == 0:
		return errors.New("it names no engine")
	case sum != "" && sum != sumOf(all):
		return errors.New("its checksum is wrong")
	}
	return nil
}

// write replaces what a data directory remembers.
func write(dataDir string, all []Record) error {
	file := stored{Engines: all, Sum: sumOf(all)}
	if len(all) == 1 && all[0].Name == "" {
		file.Record, file.Engines = &all[0], nil
	}
	body, err := json.Marshal(file)
	if err != nil {
		return err
	}
	return replaceFile(recordPath(dataDir), append(body, '\n'))
}
