package template

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// named has the types of IAM for which a template needs a capability, with the property that is a name, if there is one: with
// it the capability is CAPABILITY_NAMED_IAM. Source: CreateStack's Capabilities.
var named = map[string]string{
	"AWS::IAM::AccessKey": "", "AWS::IAM::Group": "GroupName", "AWS::IAM::InstanceProfile": "InstanceProfileName",
	"AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::Policy": "", "AWS::IAM::Role": "RoleName",
	"AWS::IAM::User": "UserName", "AWS::IAM::UserToGroupAddition": "",
}

// Types are the types of a template's resources, also in loops, each once, sorted.
func (t *Template) Types() []string {
	found := map[string]bool{}
	for kind := range t.declared {
		found[kind] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// Capabilities are what a request must have, and the types or transforms that are why (CFN-17, CFN-18).
func (t *Template) Capabilities() (capabilities, because []string) {
	iam, found := "", map[string]bool{}
	for kind, properties := range t.declared {
		name, needs := named[kind]
		if !needs {
			continue
		}
		if found[kind] = true; iam == "" {
			iam = "CAPABILITY_IAM"
		}
		if name != "" && properties.Get(name) != nil {
			iam = "CAPABILITY_NAMED_IAM"
		}
	}
	if iam != "" {
		capabilities = append(capabilities, iam)
	}
	if len(t.Transforms) > 0 {
		capabilities = append(capabilities, "CAPABILITY_AUTO_EXPAND")
	}
	return capabilities, slices.Sorted(maps.Keys(found))
}

// declared goes through the types of resources with their properties, as they are written.
func (t *Template) declared(yield func(kind string, properties *document.Value) bool) {
	declared(t.root.Get("Resources"), yield)
}

func declared(v *document.Value, yield func(kind string, properties *document.Value) bool) bool {
	for _, m := range v.Members {
		if strings.HasPrefix(m.Name, forEach) {
			if len(m.Value.Items) == 3 && !declared(m.Value.Items[2], yield) {
				return false
			}
		} else if kind := m.Value.TextOf("Type"); kind != "" && !yield(kind, m.Value.Get("Properties")) {
			return false
		}
	}
	return true
}
