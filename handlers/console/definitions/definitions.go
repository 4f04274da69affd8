// Package definitions has the console's pages of task definitions: their families, the revisions of one, and a revision with its
// JSON, what makes it differ from another one, what check finds of it, and a form that runs it.
package definitions

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/runtask"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Sources are what the pages ask for beside rows.
type Sources struct {
	// Check tells what the emulator would refuse of a request for RegisterTaskDefinition, as JSON, and of tasks of it. Nil: it is not
	// told.
	Check func(registration []byte) []Finding
}

// Finding is something that check finds.
type Finding struct {
	Line int // of the JSON, from 1; 0: all of it
	// Member is the path of the member in the request: "containerDefinitions[0].image". Empty: the whole.
	Member string
	// Effect is what becomes of it: refused, stops, no effect, unchecked or unreadable.
	Effect             string
	Operation, Message string
	Hint               string
}

// Pages are the pages of this package.
func Pages(s Sources) []page.Page {
	return []page.Page{
		{Pattern: "/definitions", Nav: "Task definitions", Read: readFamilies},
		{Pattern: "/definitions/{family}", Within: "/definitions", Read: readFamily},
		{
			Pattern: "/definitions/{family}/{revision}", Within: "/definitions", Read: s.readRevision,
			Actions: map[string]page.Action{"RunTask": runtask.Action()},
		},
	}
}

// images names the images of a definition's containers, for a cell of a table.
func images(def *types.TaskDefinition) string {
	var list []string
	for _, c := range def.ContainerDefinitions {
		if c.Image != nil {
			list = append(list, *c.Image)
		}
	}
	return strings.Join(list, ", ")
}

// compatibilities are the launch types that a definition is fit for.
func compatibilities(def *types.TaskDefinition) string {
	var list []string
	for _, c := range def.Compatibilities {
		list = append(list, string(c))
	}
	return strings.Join(list, ", ")
}
