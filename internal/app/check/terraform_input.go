package check

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

// attributes are those that the provider calls otherwise than the API, with its path there. Others
// have the same name, in snake case.
var attributes = map[string]map[string]string{
	"": { // in every structure
		"client_alias": "clientAliases", "configure_at_launch": "configuredAtLaunch", "elb_name": "loadBalancerName", "file_system_type": "filesystemType",
		"host_path": "host.sourcePath", "lifecycle_hook": "lifecycleHooks", "load_balancer": "loadBalancers", "service": "services", "setting": "settings",
		"size_in_gb": "sizeInGiB", "volume": "volumes", "volume_configuration": "volumeConfigurations",
	},
	"aws_ecs_cluster":                    {"name": "clusterName"},
	"aws_ecs_cluster_capacity_providers": {"cluster_name": "cluster"},
	"aws_ecs_task_set":                   {"network_configuration": "networkConfiguration.awsvpcConfiguration", "service": "service"},
	"aws_ecs_service": {
		"alarms": "deploymentConfiguration.alarms", "deployment_circuit_breaker": "deploymentConfiguration.deploymentCircuitBreaker",
		"deployment_maximum_percent":         "deploymentConfiguration.maximumPercent",
		"deployment_minimum_healthy_percent": "deploymentConfiguration.minimumHealthyPercent",
		"iam_role":                           "role", "name": "serviceName", "network_configuration": "networkConfiguration.awsvpcConfiguration", "ordered_placement_strategy": "placementStrategy",
	},
}

// input is the input of the operation that makes a resource.
func (r resource) input(t reflect.Type) *node {
	n := structure(r.after, r.unknown, t, attributes[r.typ])
	if name := r.named(); r.unknown.member("family") != nil || r.unknown.member("name") != nil {
		for _, member := range []string{"family", "clusterName"} {
			if unknown := n.member(member); unknown != nil && unknown.open {
				unknown.text = name
			}
		}
	}
	if strings.Contains(n.string("role"), "/AWSServiceRoleForECS") || strings.HasPrefix(n.string("role"), "/aws-service-role/") {
		n.remove("role") // which a state has as ECS answers it
	}
	switch { // what the provider sends all the same, or does not
	case r.typ == "aws_ecs_cluster_capacity_providers":
		for _, member := range []string{"capacityProviders", "defaultCapacityProviderStrategy"} {
			if n.member(member) == nil {
				n.put(member, 0, &node{kind: list})
			}
		}
	case n.string("schedulingStrategy") == "DAEMON":
		n.remove("desiredCount")
		n.member("deploymentConfiguration").remove("maximumPercent")
	case r.typ == "aws_ecs_service" && n.member("desiredCount") == nil:
		n.put("desiredCount", 0, &node{kind: literal, text: "0"})
	}
	return n
}

// structure converts the attributes of a structure, with another name where renamed has one.
func structure(after, unknown *node, t reflect.Type, renamed map[string]string) *node {
	n := &node{}
	names := make([]string, 0, len(after.members))
	for _, m := range after.members {
		names = append(names, m.name)
	}
	if unknown != nil {
		for _, m := range unknown.members {
			if after.member(m.name) == nil {
				names = append(names, m.name)
			}
		}
	}
	for _, name := range names {
		path := cmp.Or(renamed[name], attributes[""][name], strings.ReplaceAll(name, "_", ""))
		n.place(path, t, func(t reflect.Type) *node { return attribute(name, after.member(name), unknown.member(name), t) })
	}
	if made := n.member("autoprovision"); made != nil && made.text == "false" && n.string("scope") == "task" {
		n.remove("autoprovision") // the provider does not send it
	}
	return n
}

// place puts what convert makes where a path leads in a structure, if the structure has that.
func (n *node) place(path string, t reflect.Type, convert func(reflect.Type) *node) {
	first, rest, deeper := strings.Cut(path, ".")
	for name, member := range membersOf(t) {
		if !strings.EqualFold(name, first) {
			continue
		}
		if !deeper {
			if value := convert(member); value != nil {
				value.complete(n.member(name))
				n.put(name, 0, value)
			}
			return
		}
		inner := n.member(name)
		if inner == nil {
			inner = &node{}
		}
		if inner.place(rest, member.Elem(), convert); len(inner.members) > 0 {
			n.put(name, 0, inner)
		}
	}
}

// complete adds the members that another structure has in addition: the provider parts
// deploymentConfiguration in several attributes.
func (n *node) complete(other *node) {
	if other == nil || n.kind != object {
		return
	}
	for _, m := range other.members {
		if n.member(m.name) == nil {
			n.put(m.name, m.line, m.value)
		}
	}
}

// attribute converts a value to what the API has for it, nil for nothing: the provider leaves out what
// is empty.
func attribute(name string, after, unknown *node, t reflect.Type) *node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if after == nil || after.null() || len(after.items) == 0 && unknown.itemUnknown() {
		n := standIn(name, unknown, t)
		if n != nil {
			n.open = true
		}
		return n
	}
	switch {
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]():
		switch {
		case after.kind == object:
			return structure(after, unknown, t, nil)
		case len(after.items) > 0: // a block
			return structure(after.items[0], unknown.item(0), t, nil)
		}
		return nil
	case t.Kind() == reflect.Slice && t != reflect.TypeFor[sdk.Document]():
		return attributeList(name, after, unknown, t.Elem())
	case t.Kind() == reflect.Map:
		if len(after.members) == 0 {
			return nil
		}
		return after
	}
	return scalar(name, after, t)
}

func attributeList(name string, after, unknown *node, t reflect.Type) *node {
	n := &node{kind: list}
	switch after.kind {
	case object: // tags, and properties
		key := "key"
		if _, named := membersOf(t)["name"]; named {
			key = "name"
		}
		for _, m := range after.members {
			pair := &node{}
			pair.put(key, 0, &node{kind: text, text: m.name})
			pair.put("value", 0, m.value)
			n.items = append(n.items, pair)
		}
	case list:
		for i, item := range after.items {
			if strings.Contains(name, "placement") && unknown.item(i).partUnknown() {
				continue // what could stand in for a part of it depends on the others
			}
			if t.Kind() == reflect.Struct {
				n.items = append(n.items, structure(item, unknown.item(i), t, nil))
			} else {
				n.items = append(n.items, item)
			}
		}
	default: // one that stands in for a list
		n.items = append(n.items, after)
	}
	if len(n.items) == 0 {
		return nil
	}
	return n
}

// item returns an item of a list, nil if there is none.
func (n *node) item(i int) *node {
	if n == nil || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}

var zeros = []string{"base", "deployment_minimum_healthy_percent", "desired_count", "health_check_grace_period_seconds", "weight"}

func scalar(name string, after *node, t reflect.Type) *node {
	switch t.Kind() {
	case reflect.String:
		switch {
		case after.text == "" || after.kind != text && after.kind != literal:
			return nil
		case after.kind == literal && after.text == "true":
			return &node{kind: text, text: "ENABLED"}
		case after.kind == literal && after.text == "false":
			return &node{kind: text, text: "DISABLED"}
		}
		return &node{kind: text, text: after.text}
	case reflect.Bool:
		if after.kind == text { // an enumeration for the provider
			return &node{kind: literal, text: map[bool]string{true: "true", false: "false"}[after.text == "true" || after.text == "ENABLED"]}
		}
	default:
		if after.text == "" || after.text == "0" && !slices.Contains(zeros, name) {
			return nil
		}
		return &node{kind: literal, text: after.text}
	}
	return after
}
