package targetinput

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// Error is a refusal, in AWS's words.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func refused(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Check refuses a target whose input cannot be, with an *Error. It does not look at the keys of an InputPathsMap, which
// are checked with what else the model says of a target.
func Check(t *types.Target) error {
	given := 0
	for _, is := range []bool{t.Input != nil, t.InputPath != nil, t.InputTransformer != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return refused("Only one of Input, InputPath, or InputTransformer must be provided for target %s.", *t.Id)
	case t.InputPath != nil && isECS(t):
		return refused("InputPath is not a valid form of input for target %s. The only valid forms of input are Input and InputTransformer.", *t.Id)
	case t.Input != nil:
		if at, ok := jsonAt(*t.Input); !ok {
			return refused("JSON syntax error in input for target %s: %s", *t.Id, eventpattern.Place(*t.Input, at))
		}
	case t.InputPath != nil && *t.InputPath != "": // an empty one is accepted
		return checkPath(t, *t.InputPath)
	case t.InputTransformer != nil:
		return checkTransformer(t)
	}
	return nil
}

func isECS(t *types.Target) bool {
	to, _ := arn.Parse(*t.Arn)
	return to.Service == "ecs"
}

func checkPath(t *types.Target, path string) error {
	if _, ok := parsePath(path); !ok {
		return refused("InputPath for target %s is invalid.", *t.Id)
	}
	return nil
}

func checkTransformer(t *types.Target) error {
	for _, name := range slices.Sorted(maps.Keys(t.InputTransformer.InputPathsMap)) {
		if err := checkPath(t, t.InputTransformer.InputPathsMap[name]); err != nil {
			return err
		}
	}
	tpl := parseTemplate(*t.InputTransformer.InputTemplate)
	text := tpl.nulled()
	if at, ok := jsonAt(text); !ok {
		return refused("Invalid InputTemplate for target %s : %s.", *t.Id, eventpattern.Place(text, at))
	}
	for _, p := range tpl.pieces {
		_, declared := t.InputTransformer.InputPathsMap[p.name]
		switch {
		case p.name == "":
		// Without a map a name that is not declared is accepted (recorded), with one it is not (EVB0025.5). The order is not known.
		case !declared && len(t.InputTransformer.InputPathsMap) > 0 && !strings.HasPrefix(p.name, "aws.events."):
			return refused("InputTemplate for target %s contains invalid placeholder %s.", *t.Id, p.name)
		case p.inKey:
			return refused("InputTemplate placeholder present as a JSON object key for target %s.", *t.Id)
		case p.name == wholeEvent && !tpl.object:
			return refused("InputTemplate for target %s contains placeholder %s valid only for JSON template.", *t.Id, wholeEvent)
		}
	}
	return nil
}

// jsonAt tells whether a text is JSON, and else where the piece begins that is none. Several values after one another
// are JSON: a template of two texts in two lines is accepted, and what it makes is sent. None is, too.
// Which place AWS names within an object is not known.
func jsonAt(text string) (at int, ok bool) {
	values := json.NewDecoder(strings.NewReader(text))
	var value json.RawMessage
	err := values.Decode(&value)
	for err == nil {
		err = values.Decode(&value)
	}
	if errors.Is(err, io.EOF) {
		return 0, true
	}
	pieces := json.NewDecoder(strings.NewReader(text))
	for err = nil; err == nil; {
		_, err = pieces.Token()
	}
	at = int(pieces.InputOffset())
	return len(text) - len(strings.TrimLeft(text[at:], " \t\r\n,:")), false
}
