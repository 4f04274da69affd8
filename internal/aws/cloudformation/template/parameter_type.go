package template

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// parameterType is what a parameter's Type says.
type parameterType struct {
	name   string // as it is written
	id     string // the type of what values name, such as AWS::EC2::VPC::Id, empty of texts and numbers
	list   bool
	number bool
	stored bool // values are names of SSM's parameters, which have what counts
}

// ids are the types of values that must exist. Source: user guide, supplied parameter types.
var ids = []string{
	"AWS::EC2::AvailabilityZone::Name", "AWS::EC2::Image::Id", "AWS::EC2::Instance::Id", "AWS::EC2::KeyPair::KeyName",
	"AWS::EC2::SecurityGroup::GroupName", "AWS::EC2::SecurityGroup::Id", "AWS::EC2::Subnet::Id", "AWS::EC2::VPC::Id",
	"AWS::EC2::Volume::Id", "AWS::Route53::HostedZone::Id",
}

// readType reads a Type. AWS takes List<String>, which its guide does not name.
func readType(name string) (t parameterType, ok bool) {
	t.name = name
	inner, stored := between(name, "AWS::SSM::Parameter::Value<")
	if t.stored = stored; !stored {
		inner = name
	}
	element, list := between(inner, "List<")
	switch {
	case list:
		t.list = true
	case inner == "CommaDelimitedList":
		t.list, element = true, "String"
	default:
		element = inner
	}
	t.number = element == "Number"
	if slices.Contains(ids, element) || name == "AWS::SSM::Parameter::Name" {
		t.id = element
	}
	return t, t.id != "" || element == "String" || t.number && !stored
}

// between is what stands between a beginning and a closing bracket at the end.
func between(text, beginning string) (inner string, ok bool) {
	inner, begins := strings.CutPrefix(text, beginning)
	inner, ends := strings.CutSuffix(inner, ">")
	return inner, begins && ends
}

// value is the value of a text, for which blanks around the items of lists do not count.
func (t parameterType) value(text string) *document.Value {
	if !t.list {
		return document.NewText(text)
	}
	items := strings.Split(text, ",")
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	return document.NewList(items...)
}
