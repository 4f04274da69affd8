package model

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Refuse turns a violation into the exception that operation answers with:
// ClientException for the members of a task definition that is being registered,
// InvalidParameterException for all else.
func Refuse(operation string, v *wire.Violation) error {
	text := message(v)
	switch operation {
	case "RegisterTaskDefinition", "RegisterDaemonTaskDefinition":
		if !aboutTags(v) {
			return &types.ClientException{Message: &text}
		}
	}
	return &types.InvalidParameterException{Message: &text}
}

func aboutTags(v *wire.Violation) bool { return v.Structure == "Tag" || v.Member == "tags" }

// message words a violation.
//
// The texts follow ECS's habits where a member has no text of its own on record:
// "subnets can not be empty.", "launch type should be one of [EC2,FARGATE]",
// "subnets can have at most 16 items.", "Family contains invalid characters." The
// wording for any other member has no source.
func message(v *wire.Violation) string {
	switch v.Kind {
	case wire.Missing:
		return v.Member + " can not be empty."
	case wire.NotAllowed:
		return v.Member + " should be one of [" + strings.Join(v.Allowed, ",") + "]"
	case wire.OutOfRange:
		return v.Member + " should be " + bounds(v)
	case wire.BadLength:
		return v.Member + " length should be " + bounds(v)
	case wire.BadCount:
		if v.Max == nil {
			return v.Member + " should have " + bounds(v) + " items."
		}
		return v.Member + " can have at most " + number(v.Max) + " items."
	}
	if aboutTags(v) {
		return "Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @."
	}
	return v.Member + " contains invalid characters."
}

func bounds(v *wire.Violation) string {
	switch {
	case v.Max == nil:
		return "at least " + number(v.Min)
	case v.Min == nil:
		return "at most " + number(v.Max)
	}
	return "between " + number(v.Min) + " and " + number(v.Max)
}

func number(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
