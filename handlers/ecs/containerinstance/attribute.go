package containerinstance

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxAttributes is how many custom attributes a container instance has.
// Source: ECS API reference, PutAttributes.
const maxAttributes = 10

// Source: ECS API reference, Attribute.
var (
	attributeName  = lazyregexp.New(`^[a-zA-Z0-9\-_./\\]{1,128}$`)
	attributeValue = lazyregexp.New(`^[a-zA-Z0-9\-_.@/\\:]([a-zA-Z0-9\-_.@/\\: ]{0,126}[a-zA-Z0-9\-_.@/\\:])?$`)
)

// checkAttribute checks the characters of a name and a value. Words of the refusals are
// not published.
func checkAttribute(a types.Attribute) error {
	if !attributeName.MatchString(aws.ToString(a.Name)) {
		return kit.InvalidParameter("Attribute name is invalid: " + aws.ToString(a.Name))
	}
	if value := aws.ToString(a.Value); value != "" && !attributeValue.MatchString(value) {
		return kit.InvalidParameter("Attribute value is invalid: " + value)
	}
	return nil
}

func malformedAttribute(a types.Attribute) bool { return checkAttribute(a) != nil }

// customAttribute reports whether users may put an attribute of the name; the others are
// of ECS and its agent, or the emulator's. Source: ECS developer guide, attributes.
func customAttribute(name string) bool {
	return !strings.HasPrefix(name, "ecs.") && !strings.HasPrefix(name, "com.amazonaws.") && name != engineroom.Attribute
}

// customAttributes counts those that users have put.
func customAttributes(list []types.Attribute) (n int) {
	for _, a := range list {
		if customAttribute(*a.Name) {
			n++
		}
	}
	return n
}

// withAttributes returns a list sorted by name with others put into it.
func withAttributes(list, others []types.Attribute) []types.Attribute {
	list = slices.Clone(list)
	for _, a := range others {
		own := types.Attribute{Name: a.Name, Value: a.Value}
		if at, found := findAttribute(list, *a.Name); found {
			list[at] = own
		} else {
			list = slices.Insert(list, at, own)
		}
	}
	return list
}

func findAttribute(list []types.Attribute, name string) (at int, found bool) {
	return slices.BinarySearchFunc(list, name, func(a types.Attribute, name string) int {
		return strings.Compare(*a.Name, name)
	})
}
