//go:build linux

package main

import (
	"errors"
	"os"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
)

// stats answers with the files that tell what a container uses, as they are, and with those
// that tell what this network namespace and all CPUs do:
//
//	stats <container id>
//
// The container is one whose group is in this one's or, where groups with processes have none
// in them, beside it. Who reads this takes it apart; it is read here because here it can be.
func stats(words []string) (string, error) {
	if len(words) != 1 || strings.Contains(words[0], "/") {
		return "", errors.New("not a container: " + strings.Join(words, " "))
	}
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	files, err := groupfile.Here.ReadBeside(string(self), words[0])
	if err != nil {
		return "", err
	}
	files.AddCPUs(groupfile.Here.Processes)
	return files.Text(), nil
}

// readerCommands are those of a program that sees the control groups and processes of the engine's host.
var readerCommands = map[string]teller{"group": group}

// group answers with the files of a container's group, and of its network if that is its own:
//
//	group <container id> [parent=<group>] [network]
func group(words []string) (string, error) {
	if len(words) == 0 || strings.Contains(words[0], "/") {
		return "", errors.New("not a container: " + strings.Join(words, " "))
	}
	its := groupfile.Container{ID: words[0]}
	for _, word := range words[1:] {
		if parent, named := strings.CutPrefix(word, "parent="); named {
			its.Parent = parent
		}
		its.Network = its.Network || word == "network"
	}
	files := groupfile.Here.Read(its)
	if files == nil {
		return "", errors.New("no group of " + its.ID)
	}
	files.AddCPUs(groupfile.Here.Processes)
	return files.Text(), nil
}
