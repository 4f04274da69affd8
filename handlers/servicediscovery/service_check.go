package servicediscovery

//lint:file-ignore SA1019 AWS has deprecated the namespace in DnsConfig and the threshold; clients send and read them still

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// checkService refuses settings that do not go together. Source: Cloud Map API reference, CreateService, DnsRecord,
// HealthCheckConfig; SD0014 has the texts that AWS has shown.
func checkService(s *servicediscovery.Service, n *servicediscovery.Namespace, in *sdk.CreateServiceInput) error {
	if len(s.Name) > longestServiceName {
		return invalid("A service's name has at most %d characters.", longestServiceName)
	}
	if c := in.DnsConfig; c != nil {
		switch {
		case n.Type == types.NamespaceTypeHttp:
			return invalid("When you create a service using a namespace that has a type of HTTP, you can't include a DnsConfig element.")
		case in.Type == types.ServiceTypeOptionHttp:
			return invalid("When you create a service with a type of HTTP, you can't include a DnsConfig element.")
		case in.NamespaceId != nil && c.NamespaceId != nil && servicediscovery.IDOf(*in.NamespaceId) != servicediscovery.IDOf(*c.NamespaceId):
			return invalid("The NamespaceId of the DnsConfig is not that of the service.")
		}
		if err := checkRecords(s); err != nil {
			return err
		}
	}
	if s.HealthCheck != nil && s.CustomHealthCheck {
		return invalid("A service cannot have both a HealthCheckConfig and a HealthCheckCustomConfig.")
	}
	return checkHealthCheck(s, n)
}

// longestServiceName is the most of a pattern of the model which looks ahead.
const longestServiceName = 127

// combinations are the types of records that a service may have. Source: Cloud Map API reference, DnsRecord.
var combinations = []string{"A", "AAAA", "A AAAA", "SRV", "CNAME"}

// checkRecords refuses types of records that do not go together (SD0014; of SRV with others the text is the emulator's). A service with no records at all has a DnsConfig that
// UpdateService may empty, and CreateService may not fill.
func checkRecords(s *servicediscovery.Service) error {
	kinds := recordTypes(s.DNSRecords)
	cname := slices.Contains(kinds, string(types.RecordTypeCname))
	for i := 1; i < len(kinds); i++ {
		if kinds[i] == kinds[i-1] {
			return invalid("Duplicate resource record type%sin DNS config is not expected", kinds[i]) // with no spaces
		}
	}
	switch {
	case cname && len(kinds) > 1:
		return invalid("DnsRecord Type CNAME cannot be combined with other types")
	case !slices.Contains(combinations, strings.Join(kinds, " ")):
		return invalid("The types of records must be A, AAAA, A and AAAA, SRV, or CNAME, not %s.", strings.Join(kinds, ", "))
	case cname && s.RoutingPolicy != types.RoutingPolicyWeighted:
		return invalid("WEIGHTED routing policy must be used with DNS Record Type CNAME")
	}
	return nil
}

// recordTypes are the types of records, sorted.
func recordTypes(records []types.DnsRecord) (kinds []string) {
	for _, r := range records {
		kinds = append(kinds, string(r.Type))
	}
	slices.Sort(kinds)
	return kinds
}

// checkHealthCheck refuses a health check of Route 53 where there can be none (SD0014).
func checkHealthCheck(s *servicediscovery.Service, n *servicediscovery.Namespace) error {
	c := s.HealthCheck
	switch {
	case c == nil:
	case n.Type == types.NamespaceTypeDnsPrivate:
		return invalid("Health check config cannot be applied to a service with private namespace")
	case slices.Contains(recordTypes(s.DNSRecords), string(types.RecordTypeCname)):
		return invalid("Health check config must not be used. Health checks are not supported for CNAME")
	case c.Type == types.HealthCheckTypeTcp && aws.ToString(c.ResourcePath) != "":
		return invalid("TCP health checks must not have a resource path specified.")
	}
	return nil
}
