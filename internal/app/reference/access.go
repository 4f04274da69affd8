package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/accesskeys"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

const accessHead = `# What operations ask

` + Written + `What each operation asks of the policies of its caller: actions, with the resource of each, and the condition keys that the
request gives. Keys of the caller, of the time and of tags of the resource come with each request. A resource is the end of an ARN
in the region and account of the call. {Member} is what the request says, and {Member|default} is default where the request leaves
the member out. A resource of which another member is left out is not asked for; if none of its members is there, the resource is \*.
In the rows of EC2 and of scaling a \* gives way to the stored ARN of what the request means, if it is there already.
Members have their names in the SDK for Go. A key is absent where the request leaves its member out.
[Differences](differences.md) says whether policies decide.

`

// Access is the page of what operations ask, of the services that say so.
func Access(services []awsapi.Service) string {
	var b strings.Builder
	b.WriteString(accessHead)
	sections := 0
	for _, s := range services {
		if s.Access == nil {
			continue
		}
		if sections++; sections > 1 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n\n| Operation | Asks | Condition keys |\n| --- | --- | --- |\n", s.Title)
		for _, o := range sorting.Sorted(slices.Values(s.Operations), func(x, y awsapi.Operation) int { return strings.Compare(x.Name, y.Name) }) {
			if o.Input != nil { // else it answers before it reads a request
				shape := s.AccessShape(o)
				fmt.Fprintf(&b, "| %s | %s | %s |\n", o.Name, cell(asks(shape)), cell(keys(shape)))
			}
		}
	}
	return b.String()
}

func asks(shape awsapi.AccessShape) string {
	switch {
	case shape.Free:
		return "nothing: each caller may"
	case shape.AsksItself:
		return "its action on what it finds"
	}
	return strings.Join(shape.Wants, "; ")
}

func keys(shape awsapi.AccessShape) string {
	var names []string
	for _, k := range shape.Keys {
		known, _ := accesskeys.Find(k.Name)
		if name := strings.Replace(known.Name, "/", "/KEY", 1); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
