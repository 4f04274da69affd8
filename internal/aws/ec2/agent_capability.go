package ec2

import (
	"encoding/json"
	"slices"
	"strings"
)

// agentCapabilities are the attributes of an agent that is told of a capability, by the variable.
// Source: amazon-ecs-agent; ECS developer guide, container agent configuration.
var agentCapabilities = map[string][]string{
	"ECS_APPARMOR_CAPABLE": {"com.amazonaws.ecs.capability.apparmor"},
	"ECS_GMSA_SUPPORTED":   {"ecs.capability.gmsa", "ecs.capability.gmsa-domainless"}, // it sees for itself whether the instance is in a domain
	"ECS_SELINUX_CAPABLE":  {"com.amazonaws.ecs.capability.selinux"},
}

// agentDenials are the attributes that an agent lacks which is told so, by the variable.
// Source: amazon-ecs-agent; ECS developer guide, container agent configuration.
var agentDenials = map[string]string{"ECS_DISABLE_PRIVILEGED": "com.amazonaws.ecs.capability.privileged-container"}

// loggingDrivers are those that an agent knows. Source: amazon-ecs-agent.
var loggingDrivers = []string{"awslogs", "fluentd", "gelf", "journald", "json-file", "logentries", "none", "splunk", "sumologic", "syslog"}

const loggingDriver = "com.amazonaws.ecs.capability.logging-driver."

// drivers are the logging drivers that the value of a variable lists; ok is false if it is
// no list. A shell may need its quotes escaped.
func drivers(text string) (names []string, ok bool) {
	start := strings.IndexByte(text, '[')
	if start < 0 {
		return nil, false
	}
	for _, list := range []string{text[start:], strings.ReplaceAll(text[start:], `\"`, `"`)} {
		if json.NewDecoder(strings.NewReader(list)).Decode(&names) == nil {
			return names, true
		}
	}
	return nil, false
}

// readCapabilities reads what a line says that the agent can do or not.
func (s *settings) readCapabilities(line string) {
	for name := range agentCapabilities {
		if value, found := after(line, name+"="); found {
			s.capable[name] = word(value) == "true"
		}
	}
	for name := range agentDenials {
		if value, found := after(line, name+"="); found {
			s.capable[name] = word(value) == "true"
		}
	}
	if value, found := after(line, "ECS_AVAILABLE_LOGGING_DRIVERS="); found {
		if names, ok := drivers(value); ok {
			s.drivers, s.listsDrivers = names, true
		}
	}
}

// capabilities are the names of the attributes that the agent has by its settings and of
// those that it lacks, in order.
func (s *settings) capabilities() (has, lacks []string) {
	for variable, capable := range s.capable {
		if !capable {
			continue
		}
		has = append(has, agentCapabilities[variable]...)
		if denied, found := agentDenials[variable]; found {
			lacks = append(lacks, denied)
		}
	}
	for _, driver := range loggingDrivers {
		switch {
		case !s.listsDrivers:
		case slices.Contains(s.drivers, driver):
			has = append(has, loggingDriver+driver)
		default:
			lacks = append(lacks, loggingDriver+driver)
		}
	}
	slices.Sort(has)
	slices.Sort(lacks)
	return has, lacks
}
