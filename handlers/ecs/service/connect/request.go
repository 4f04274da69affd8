package connect

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
)

// What names consist of. Source: ECS API reference, ServiceConnectService and ServiceConnectClientAlias.
var (
	discoveryName = lazyregexp.New(`^[a-z0-9_][a-z0-9_-]{0,63}$`)
	aliasName     = lazyregexp.New(`^[a-z0-9_.][a-z0-9_.-]{0,126}$`)
)

const (
	maxClientAliases = 1
	maxPort          = 65535
	lastReservedPort = 1024 // at which no proxy listens by an override
)

// Check is what the request alone tells of Service Connect. The words are from ECS0300 where they are
// ECS's; others are not published.
func Check(c *types.ServiceConnectConfiguration) error {
	if !Enabled(c) {
		return nil
	}
	if err := checkAccessLog(c); err != nil {
		return err
	}
	if err := checkContainerConfigurations(c.ContainerConfigurations); err != nil {
		return err
	}
	ports, names, aliases := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range c.Services {
		if err := checkService(s); err != nil {
			return err
		}
		port, name := aws.ToString(s.PortName), endpoint.DiscoveryName(s)
		alias := fmt.Sprintf("%s:%d", endpoint.DNSName(s.ClientAliases[0], name, aws.ToString(c.Namespace)), *s.ClientAliases[0].Port)
		switch {
		case ports[port]:
			return kit.InvalidParameter("portName(" + port + ") is used by more than one Service Connect service")
		case names[name]:
			return kit.InvalidParameter("discoveryName(" + name + ") is used by more than one Service Connect service")
		case aliases[alias]:
			return kit.InvalidParameter("The client alias " + alias + " is used by more than one Service Connect service")
		}
		ports[port], names[name], aliases[alias] = true, true, true
	}
	return nil
}

// checkAccessLog wants a log for the access log. Source: ECS API reference, ServiceConnectConfiguration.
func checkAccessLog(c *types.ServiceConnectConfiguration) error {
	l := c.AccessLogConfiguration
	switch {
	case l == nil:
		return nil
	case !slices.Contains(l.Format.Values(), l.Format):
		return kit.InvalidParameter("format should be one of [TEXT,JSON]")
	case l.IncludeQueryParameters != "" && !slices.Contains(l.IncludeQueryParameters.Values(), l.IncludeQueryParameters):
		return kit.InvalidParameter("includeQueryParameters should be one of [DISABLED,ENABLED]")
	case c.LogConfiguration == nil:
		return kit.InvalidParameter("logConfiguration is required in serviceConnectConfiguration when accessLogConfiguration is specified.")
	}
	return nil
}

// checkContainerConfigurations takes each setting once. Source: ECS API reference, ServiceConnectConfiguration.
func checkContainerConfigurations(settings []types.ServiceConnectContainerConfiguration) error {
	seen := map[reflect.Type]bool{}
	for _, setting := range settings {
		level, ok := setting.(*types.ServiceConnectContainerConfigurationMemberLogLevel)
		switch {
		case !ok:
			return kit.InvalidParameter("Each object in containerConfigurations must set exactly one setting.")
		case !slices.Contains(level.Value.Values(), level.Value):
			return kit.InvalidParameter("logLevel should be one of [debug,info]")
		case seen[reflect.TypeOf(setting)]:
			return kit.InvalidParameter("logLevel can appear only once in containerConfigurations.")
		}
		seen[reflect.TypeOf(setting)] = true
	}
	return nil
}

func checkService(s types.ServiceConnectService) error {
	switch n := len(s.ClientAliases); {
	case aws.ToString(s.PortName) == "":
		return kit.InvalidParameter("portName can not be blank.")
	case n > maxClientAliases:
		return kit.InvalidParameter(fmt.Sprintf("%d clientAliases exceeds the max limit of %d", n, maxClientAliases))
	case n == 0:
		return kit.InvalidParameter("clientAliases must have 1 element.")
	case !discoveryName.MatchString(endpoint.DiscoveryName(s)):
		return kit.InvalidParameter("The discovery name that you provided is invalid")
	}
	if port := s.IngressPortOverride; port != nil && *port <= lastReservedPort {
		return kit.InvalidParameter(fmt.Sprintf("IngressPortOverride cannot use ports <= %d.", lastReservedPort)) // ECS0300
	}
	for _, port := range []*int32{s.ClientAliases[0].Port, s.IngressPortOverride} {
		if port != nil && (*port < 1 || *port > maxPort) {
			return kit.InvalidParameter(fmt.Sprintf("Invalid port %d. It must be between 1 and %d", *port, maxPort))
		}
	}
	alias := s.ClientAliases[0]
	switch {
	case alias.Port == nil:
		return kit.InvalidParameter("port is required in clientAliases.")
	case aws.ToString(alias.DnsName) != "" && !aliasName.MatchString(*alias.DnsName):
		return kit.InvalidParameter("The DNS name that you provided is invalid. The name must be a valid DNS name but doesn't need to be fully-qualified. " +
			"Up to 127 characters are allowed. The characters can include lowercase letters, numbers, underscores (_), hyphens (-), and periods (.). " +
			"A hyphen can't be the first character.")
	}
	if t := s.Timeout; t != nil && (aws.ToInt32(t.IdleTimeoutSeconds) < 0 || aws.ToInt32(t.PerRequestTimeoutSeconds) < 0) {
		return kit.InvalidParameter("Timeouts can not be lesser than 0")
	}
	return checkTestRules(alias.TestTrafficRules)
}

// checkTestRules wants a header with a name. Source: ECS API reference, ServiceConnectTestTrafficRules.
func checkTestRules(rules *types.ServiceConnectTestTrafficRules) error {
	switch {
	case rules == nil:
		return nil
	case rules.Header == nil || aws.ToString(rules.Header.Name) == "":
		return kit.InvalidParameter("header.name is required in testTrafficRules.")
	case rules.Header.Value != nil && aws.ToString(rules.Header.Value.Exact) == "":
		return kit.InvalidParameter("header.value.exact can not be blank in testTrafficRules.")
	}
	return nil
}
