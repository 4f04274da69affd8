package simulation

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// arnParts is into how many parts an ARN is split.
const arnParts = 6

// service is what the simulator knows of the resources of a service.
type service struct {
	form   string   // of its ARNs, behind the partition; empty if it is not known here
	others []string // whose resources it has, if not its own
	// withoutResources are actions that know none: they are not allowed on an ARN, also if policies allow all.
	withoutResources []string
}

// services have what was recorded (simulation_inputs.json), and of ECS its actions that know no resources: service
// authorization reference. Of all others, and of actions that do not exist, the simulator knows nothing here: they take any
// resource.
var services = map[string]service{
	"s3":     {form: ":s3:::${BucketName}/${KeyName}", withoutResources: []string{"listallmybuckets"}},
	"iam":    {form: ":iam::${Account}:${ResourceType}/${ResourceName}", withoutResources: []string{"listusers"}},
	"sts":    {form: ":iam::${Account}:${RelativeId}", others: []string{"iam", "sts"}, withoutResources: []string{"getcalleridentity"}},
	"sqs":    {form: ":sqs:${Region}:${Account}:${QueueName}"},
	"kms":    {form: ":kms:${Region}:${Account}:${ResourceType}/${Id}"},
	"lambda": {form: ":lambda:${Region}:${Account}:${ResourceType}:${ResourceId}"},
	"ec2":    {form: ":ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}", withoutResources: []string{"describeinstances"}},
	"ecs": {withoutResources: []string{
		"deleteaccountsetting", "deregistertaskdefinition", "describetaskdefinition", "discoverpollendpoint", "listaccountsettings", "listclusters",
		"listdaemontaskdefinitions", "listtaskdefinitionfamilies", "listtaskdefinitions", "putaccountsetting", "putaccountsettingdefault",
	}},
}

// known is false of an action that the simulator knows nothing of.
func known(action string) (s service, vendor, operation string, known bool) {
	vendor, operation, _ = strings.Cut(strings.ToLower(action), ":")
	s, known = services[vendor]
	return s, vendor, operation, known
}

// takes reports whether an action takes a resource. Only the service of the resource is looked at, and not its type: an
// action on objects takes buckets.
func takes(action, resource string) bool {
	s, vendor, operation, known := known(action)
	if resource == "*" || !known {
		return true
	}
	of := strings.SplitN(resource, ":", arnParts)[2]
	return (of == vendor && s.others == nil || slices.Contains(s.others, of)) && !slices.Contains(s.withoutResources, operation)
}

// form is what the simulator calls several resources of an action, in the partition of the first. Where it is not known here
// it is *, as for actions that do not exist.
func form(action, first string) string {
	s, _, _, _ := known(action)
	if s.form == "" {
		return "*"
	}
	parts := strings.SplitN(first, ":", 3)
	if len(parts) < 3 {
		return "arn:aws" + s.form
	}
	return "arn:" + parts[1] + s.form
}

// CheckResources refuses what is no ARN, and with a policy of the resources what has none.
func CheckResources(resources []string, ofResources *policy.Source) error {
	for _, resource := range resources {
		if !isResource(resource) {
			return refuse("ResourceNames are not in a valid ARN format: %s.", resource)
		}
	}
	if ofResources == nil {
		return nil
	}
	if len(resources) == 0 || slices.Contains(resources, "*") {
		return refuse("Invalid Entity Arn: * does not clearly define entity type and name.")
	}
	document, _ := policy.Read(ofResources.Policy.Text())
	for _, s := range document.Statements {
		if slices.Contains(s.Resources, "*") {
			return refuse("ResourceNames are not in a valid ARN format: *.")
		}
	}
	return nil
}

func isResource(text string) bool {
	parts := strings.SplitN(text, ":", arnParts)
	return text == "*" || len(parts) == arnParts && parts[0] == "arn" && parts[1] != "" && parts[2] != "" && parts[5] != ""
}

// CheckActions refuses what is no action. One that does not exist is taken.
func CheckActions(actions []string) error {
	for _, action := range actions {
		if !strings.Contains(action, ":") {
			return refuse("The action is invalid since it is missing names")
		}
	}
	return nil
}

// CheckHandlingOption refuses the option for actions that have none. It changes no decision; which resources it demands was
// not recorded, so none are. It does not count without resources.
func CheckHandlingOption(option string, actions, resources []string) error {
	if option == "" || len(resources) == 0 {
		return nil
	}
	for _, action := range actions {
		if !strings.EqualFold(action, "ec2:RunInstances") {
			return refuse("Invalid input resource handling options. Action does not support resource handling options: %s. "+
				"Please refer to the documentation for more details: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html", action)
		}
	}
	return nil
}
