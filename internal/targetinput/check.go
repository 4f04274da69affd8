package targetinput

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/eventbridge/types"
)

// Check refuses a target whose input cannot be, in AWS's words. It does not look at the keys of an InputPathsMap, which
// the model constrains.
func Check(t *types.Target) error {
	given := 0
	for _, is := range []bool{t.Input != nil, t.InputPath != nil, t.InputTransformer != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return fmt.Errorf("Only one of Input, InputPath, or InputTransformer must be provided for target %s.", *t.Id) //nolint:staticcheck // AWS's text
	case t.InputPath != nil && isECS(t):
		return fmt.Errorf("InputPath is not a valid form of input for target %s. The only valid forms of input are Input and InputTransformer.", *t.Id) //nolint:staticcheck // AWS's text
	case t.Input != nil:
		if at, ok := jsonAt(*t.Input); !ok {
			return fmt.Errorf("JSON syntax error in input for target %s: %s", *t.Id, eventpattern.Place(*t.Input, at)) //nolint:staticcheck // AWS's text
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
		return fmt.Errorf("InputPath for target %s is invalid.", *t.Id) //nolint:staticcheck // AWS's text
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
		return fmt.Errorf("Invalid InputTemplate for target %s : %s.", *t.Id, eventpattern.Place(text, at)) //nolint:staticcheck // AWS's text
	}
	for _, p := range tpl.pieces {
		switch {
		case p.name == "":
		case p.inKey:
			return fmt.Errorf("InputTemplate placeholder present as a JSON object key for target %s.", *t.Id) //nolint:staticcheck // AWS's text
		case p.name == wholeEvent && !tpl.object:
			return fmt.Errorf("InputTemplate for target %s contains placeholder %s valid only for JSON template.", *t.Id, wholeEvent) //nolint:staticcheck // AWS's text
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
