package servicediscovery

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What attributes may be. Source: the service model, AttrKey and AttrValue, of which the constraints on maps are checked
// here; Cloud Map API reference, RegisterInstance, custom attributes.
const (
	mostCustomAttributes  = 30
	longestAttributes     = 5000
	longestAttributeKey   = 255
	longestAttributeValue = 1024
)

var (
	attributeKey   = lazyregexp.New(`^[a-zA-Z0-9!-~]+$`)
	attributeValue = lazyregexp.New(`^([a-zA-Z0-9!-~][ \ta-zA-Z0-9!-~]*){0,1}[a-zA-Z0-9!-~]{0,1}$`)
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// ownAttributes are all attributes that Cloud Map gives a meaning.
var ownAttributes = []string{
	servicediscovery.AttributeIPv4, servicediscovery.AttributeIPv6, servicediscovery.AttributePort, servicediscovery.AttributeCNAME,
	servicediscovery.AttributeAlias, servicediscovery.AttributeEC2InstanceID, servicediscovery.AttributeInitHealth,
}

// checkAttributes refuses attributes for their form, and those beyond the limits (SD0012).
func checkAttributes(attributes map[string]string) error {
	v, length := constraint.Violations{}, 0
	var custom, reserved []string
	for _, key := range sortedKeys(attributes) {
		value := attributes[key]
		length += len(key) + len(value)
		switch name := strings.ToUpper(key); {
		case !strings.HasPrefix(name, "AWS_"):
			custom = append(custom, key)
		case !slices.Contains(ownAttributes, name):
			reserved = append(reserved, key)
		}
		if len(key) > longestAttributeKey || !attributeKey.MatchString(key) {
			v.Add("'{"+key+"="+value+"}'", "attributes", "satisfy constraint: [Member must have length less than or equal to 255, Member must satisfy regular expression pattern: "+attributeKey.String()+"]")
		}
		if len(value) > longestAttributeValue || !attributeValue.MatchString(value) {
			v.Add("'{"+key+"="+value+"}'", "attributes", "satisfy constraint: [Member must have length less than or equal to 1024, Member must satisfy regular expression pattern: "+attributeValue.String()+"]")
		}
	}
	switch {
	case len(v) > 0:
		return v.Refusal("InvalidInput")
	case len(reserved) > 0:
		return invalid("Invalid attribute: [%s]. [aws_] prefix is reserved for AWS attributes.", strings.Join(reserved, ", "))
	case len(custom) > mostCustomAttributes:
		return invalid("Too many attributes provided: [%s]. The current limit is %d", strings.Join(custom, ", "), mostCustomAttributes)
	case length > longestAttributes:
		return invalid("Instance attributes too large. Maximum allowed size of all attributes is %d characters.", longestAttributes)
	}
	return nil
}

// checkInstance refuses an instance without what the records of its service demand. Source: Cloud Map API reference,
// RegisterInstance, Attributes; SD0013 has the texts that AWS has shown.
func checkInstance(s *servicediscovery.Service, n *servicediscovery.Namespace, i *servicediscovery.Instance) error {
	if err := checkValues(i.Attributes); err != nil {
		return err
	}
	has := func(name string) bool { return i.Attributes[name] != "" }
	kinds := recordTypes(s.DNSRecords)
	if has(servicediscovery.AttributeAlias) {
		return checkAlias(s, i, kinds)
	}
	for _, kind := range kinds {
		var needs []string
		switch types.RecordType(kind) {
		case types.RecordTypeA:
			needs = []string{servicediscovery.AttributeIPv4}
		case types.RecordTypeAaaa:
			needs = []string{servicediscovery.AttributeIPv6}
		case types.RecordTypeCname:
			needs = []string{servicediscovery.AttributeCNAME}
		case types.RecordTypeSrv:
			needs = []string{servicediscovery.AttributePort}
			if !isDomainName(i.ID) || len(i.ID+"."+s.Name+"."+n.Name) > longestDomainName {
				return invalid("The instance id %s cannot be part of the name in an SRV record.", i.ID)
			}
			if !has(servicediscovery.AttributeIPv4) && !has(servicediscovery.AttributeIPv6) {
				return invalid("At least one of AWS_INSTANCE_IPV4 AWS_INSTANCE_IPV6 is required.")
			}
		}
		for _, name := range needs {
			if !has(name) {
				return invalid("Required attribute(s) %s are missing.", name)
			}
		}
	}
	if s.HealthCheck == nil {
		return nil
	}
	return checkReachable(i)
}

// unreachable are the addresses that Route 53 does not check, out of RFC 5735. Source: Route 53 API reference,
// HealthCheckConfig, IPAddress.
var unreachable = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
}

// checkReachable refuses an instance that Route 53 cannot check (SD0013).
func checkReachable(i *servicediscovery.Instance) error {
	if i.Attributes[servicediscovery.AttributePort] == "" {
		return invalid("A port must be supplied in order to register this instance.")
	}
	address, err := netip.ParseAddr(i.Attributes[servicediscovery.AttributeIPv4])
	if err == nil && slices.ContainsFunc(unreachable, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return invalid("IPv4 address %s is forbidden for healthChecks", address)
	}
	return nil
}

// checkAlias refuses an alias where there can be none. That its load balancer exists is not demanded.
func checkAlias(s *servicediscovery.Service, i *servicediscovery.Instance, kinds []string) error {
	for _, name := range sortedKeys(i.Attributes) {
		if strings.HasPrefix(name, "AWS_INSTANCE_") {
			return invalid("An instance with the attribute AWS_ALIAS_DNS_NAME cannot have the attribute %s.", name)
		}
	}
	switch {
	case !slices.Contains(kinds, string(types.RecordTypeA)) && !slices.Contains(kinds, string(types.RecordTypeAaaa)):
		return invalid("An instance with the attribute AWS_ALIAS_DNS_NAME must be of a service with a record of type A or AAAA.")
	case s.RoutingPolicy != types.RoutingPolicyWeighted:
		return invalid("ALIAS instance can be registered only in services with WEIGHTED routing policy")
	}
	return nil
}

// checkValues refuses values of Cloud Map's own attributes.
func checkValues(attributes map[string]string) error {
	for _, name := range sortedKeys(attributes) {
		value, fits := attributes[name], true
		switch name {
		case servicediscovery.AttributeIPv4:
			address, err := netip.ParseAddr(value)
			fits = err == nil && address.Is4()
		case servicediscovery.AttributeIPv6:
			address, err := netip.ParseAddr(value)
			fits = err == nil && address.Is6() && address.Zone() == ""
		case servicediscovery.AttributePort:
			port, err := strconv.ParseUint(value, 10, 16)
			fits = err == nil && port > 0
		case servicediscovery.AttributeCNAME:
			fits = isDomainName(value)
		case servicediscovery.AttributeInitHealth:
			if value != string(types.CustomHealthStatusHealthy) && value != string(types.CustomHealthStatusUnhealthy) {
				return invalid("No enum constant com.amazon.route53.autonaming.model.InitHealthStatus.%s", value)
			}
		}
		if !fits {
			return invalid("The value %s of the attribute %s is not valid.", value, name)
		}
	}
	return nil
}

const longestDomainName = 253

// isDomainName reports whether DNS can have a name: labels of at most 63 characters. Source: Route 53 developer guide, DNS
// domain name format.
func isDomainName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.ContainsAny(label, " \t") {
			return false
		}
	}
	return len(name) <= longestDomainName
}

// fillAddress gives an instance that is one of EC2 its private address. Such an instance has no other attributes of Cloud
// Map but the first health status. Source: Cloud Map API reference, RegisterInstance, AWS_EC2_INSTANCE_ID; SD0013.
func fillAddress(tx *store.Tx, n *servicediscovery.Namespace, i *servicediscovery.Instance) error {
	id := i.Attributes[servicediscovery.AttributeEC2InstanceID]
	if id == "" {
		return nil
	}
	if n.Type != types.NamespaceTypeHttp {
		return invalid("AWS_EC2_INSTANCE_ID provided in namespace type %s. It is only supported in HTTP namespace", n.Type)
	}
	others := slices.DeleteFunc(sortedKeys(i.Attributes), func(name string) bool {
		return !strings.HasPrefix(name, "AWS_") || name == servicediscovery.AttributeEC2InstanceID || name == servicediscovery.AttributeInitHealth
	})
	if len(others) > 0 {
		return invalid("Invalid combination of attributes received. AWS_EC2_INSTANCE_ID is not supported with [%s].", strings.Join(others, ", "))
	}
	instance := ec2.FindInstance(tx, arn.ScopeOf(n.ARN), id)
	if instance == nil {
		return invalid("The instance %s does not exist.", id)
	}
	i.Attributes[servicediscovery.AttributeIPv4] = instance.PrivateIP
	return nil
}
