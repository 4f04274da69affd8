package ec2

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Init is a call of cfn-init, which does on an instance what the metadata of a stack's resource says.
// Source: CloudFormation user guide, cfn-init.
type Init struct {
	Stack, Resource string
	Region          string // empty: the instance's; that AWS's default is us-east-1 is left out here
	ConfigSets      string // with commas; empty: default
}

// initCall is a call of cfn-init, and its options.
var initCall = lazyregexp.New(`(?:^|[\s/"'=&|;(])cfn-init\s+([^&|;>)]*)`)

// readInit finds a call of cfn-init in a command.
func (s *settings) readInit(command string) {
	call := initCall.FindStringSubmatch(command)
	if call == nil {
		return
	}
	var made Init
	words := strings.Fields(call[1])
	for n := 0; n < len(words); n++ {
		name, value, given := strings.Cut(words[n], "=")
		option := made.option(name)
		if option == nil {
			continue
		}
		if !given && n+1 < len(words) {
			n++
			value = words[n]
		}
		*option = strings.Trim(value, `"'`)
	}
	if made.Stack != "" && made.Resource != "" && !slices.Contains(s.init, made) {
		s.init = append(s.init, made)
	}
}

func (i *Init) option(name string) *string {
	switch name {
	case "-s", "--stack":
		return &i.Stack
	case "-r", "--resource":
		return &i.Resource
	case "-c", "--configsets":
		return &i.ConfigSets
	case "--region":
		return &i.Region
	}
	return nil
}
