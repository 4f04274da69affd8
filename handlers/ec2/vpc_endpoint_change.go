package ec2

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Refusals of endpoints have their texts from field reports, unless something else is said.

// newVPCEndpoint is the endpoint that a request asks for, without its place.
func newVPCEndpoint(scope arn.Scope, in *sdk.CreateVpcEndpointInput) (*ec2.VPCEndpoint, error) {
	e := &ec2.VPCEndpoint{
		Scope: scope, ID: ec2.NewID("vpce-"), VPC: aws.ToString(in.VpcId), Service: aws.ToString(in.ServiceName),
		Type: cmp.Or(in.VpcEndpointType, types.VpcEndpointTypeGateway), PrivateDNS: aws.ToBool(in.PrivateDnsEnabled),
	}
	switch {
	case in.ResourceConfigurationArn != nil || in.ServiceNetworkArn != nil:
		return nil, notBuilt("CreateVpcEndpoint", "ResourceConfigurationArn and ServiceNetworkArn")
	case !slices.Contains(e.Type.Values(), e.Type): // the text is the emulator's
		return nil, refuse("InvalidParameter", "Value (%s) for parameter vpcEndpointType is invalid.", e.Type)
	case e.Type != types.VpcEndpointTypeGateway && e.Type != types.VpcEndpointTypeInterface:
		return nil, notBuilt("CreateVpcEndpoint", "endpoints of type "+string(e.Type))
	case e.Service == "":
		return nil, lacks("ServiceName")
	case in.ServiceRegion != nil && *in.ServiceRegion != scope.Region:
		return nil, notBuilt("CreateVpcEndpoint", "services of other regions")
	}
	if err := serves(scope, e); err != nil {
		return nil, err
	}
	if err := setDNS(e, in.IpAddressType, in.DnsOptions, "CreateVpcEndpoint"); err != nil {
		return nil, err
	}
	var err error
	e.Policy, err = endpointPolicy(in.PolicyDocument)
	return e, err
}

// serves refuses an endpoint to a service that does not exist, or has none of its type.
func serves(scope arn.Scope, e *ec2.VPCEndpoint) error {
	var kinds []string
	for _, d := range endpointServices(scope) {
		if *d.ServiceName == e.Service {
			kinds = append(kinds, string(d.ServiceType[0].ServiceType))
		}
	}
	switch {
	case len(kinds) == 0:
		return noService(e.Service)
	case !slices.Contains(kinds, string(e.Type)):
		return refuse("InvalidParameter", "Endpoint type (%s) does not match available service types ([%s]).", e.Type, strings.Join(kinds, ", "))
	}
	return nil
}

// setDNS sets what an endpoint does in the DNS, which is kept.
func setDNS(e *ec2.VPCEndpoint, addresses types.IpAddressType, options *types.DnsOptionsSpecification, operation string) error {
	if addresses != "" && addresses != types.IpAddressTypeIpv4 {
		return notBuilt(operation, "IPv6 addresses")
	}
	if e.RecordType == "" {
		e.RecordType = types.DnsRecordIpTypeIpv4
		if e.Type == types.VpcEndpointTypeGateway {
			e.RecordType = types.DnsRecordIpTypeServiceDefined
		}
	}
	if options == nil {
		return nil
	}
	switch {
	case options.PrivateDnsPreference != nil || len(options.PrivateDnsSpecifiedDomains) > 0:
		return notBuilt(operation, "PrivateDnsPreference and PrivateDnsSpecifiedDomains")
	case options.DnsRecordIpType == types.DnsRecordIpTypeIpv6 || options.DnsRecordIpType == types.DnsRecordIpTypeDualstack:
		return notBuilt(operation, "IPv6 addresses")
	}
	e.RecordType = cmp.Or(options.DnsRecordIpType, e.RecordType)
	if options.PrivateDnsOnlyForInboundResolverEndpoint != nil {
		e.InboundOnly = options.PrivateDnsOnlyForInboundResolverEndpoint
	}
	return nil
}

// endpointPolicy is the policy of a request, empty if it has none. Source of the code: EC2
// API reference, error codes.
func endpointPolicy(document *string) (string, error) {
	text := aws.ToString(document)
	if text != "" && !json.Valid([]byte(text)) {
		return "", refuse("InvalidPolicyDocument", "The policy document is not valid JSON.")
	}
	return text, nil
}

// endpointChange is where an endpoint is to be, and no longer to be.
type endpointChange struct {
	addTables, removeTables   []string
	addSubnets, removeSubnets []string
	addGroups, removeGroups   []string
	addresses                 []types.SubnetConfiguration
}

// changeEndpoint changes the place of an endpoint, a copy that is written by the caller.
func (a *API) changeEndpoint(tx *state.Tx, e *ec2.VPCEndpoint, v *state.VPC, c endpointChange) error {
	if e.Type == types.VpcEndpointTypeGateway {
		if len(c.addSubnets)+len(c.removeSubnets)+len(c.addGroups)+len(c.removeGroups)+len(c.addresses) > 0 || e.PrivateDNS {
			return refuse("InvalidParameter", "Gateway endpoints have no subnets, security groups and private DNS names.") // the text is the emulator's
		}
		return changeTables(tx, e, c)
	}
	if len(c.addTables)+len(c.removeTables) > 0 {
		return refuse("InvalidParameter", "Interface endpoints have no route tables.") // the text is the emulator's
	}
	if err := a.changeInterfaces(tx, e, c); err != nil {
		return err
	}
	if err := a.changeGroups(tx, e, c); err != nil {
		return err
	}
	return privateDNS(tx, e, v)
}

// changeTables changes the route tables of a gateway endpoint: a table leads to a service by
// one endpoint only.
func changeTables(tx *state.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.RouteTables = slices.DeleteFunc(slices.Clone(e.RouteTables), func(id string) bool { return slices.Contains(c.removeTables, id) })
	for _, id := range c.addTables {
		t, err := named(tx, e.Scope, "RouteTableId", &id, "rtb-", ec2.FindRouteTable)
		if err != nil {
			return err
		}
		if t.VPC != e.VPC {
			return refuse("InvalidParameter", "Route table %s does not belong to VPC %s.", id, e.VPC) // the text is the emulator's
		}
		if slices.Contains(e.RouteTables, id) {
			continue
		}
		for _, other := range ec2.VPCEndpoints(tx, e.Scope) {
			if other.ID != e.ID && other.Service == e.Service && slices.Contains(other.RouteTables, id) {
				return refuse("RouteAlreadyExists", "route table %s already has a route with destination-prefix-list-id %s",
					id, *prefixListOf(e.Scope, e.Service).PrefixListId)
			}
		}
		e.RouteTables = append(e.RouteTables, id)
	}
	return nil
}

// changeInterfaces changes the subnets of an interface endpoint: one in each zone.
func (a *API) changeInterfaces(tx *state.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.Interfaces = slices.DeleteFunc(slices.Clone(e.Interfaces), func(i ec2.EndpointInterface) bool { return slices.Contains(c.removeSubnets, i.Subnet) })
	zones := map[string]string{} // the subnet in each
	for _, i := range e.Interfaces {
		if s := tx.Subnet(e.Scope, i.Subnet); s != nil {
			zones[s.Zone] = s.ID
		}
	}
	for _, id := range c.addSubnets {
		s, err := a.namedSubnet(tx, e.Scope, &id)
		if err != nil {
			return err
		}
		switch other, taken := zones[s.Zone]; {
		case other == s.ID:
			continue
		case s.VPC != e.VPC: // the text is the emulator's
			return refuse("InvalidParameter", "Subnet %s does not belong to VPC %s.", id, e.VPC)
		case taken:
			return refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s", id)
		}
		zones[s.Zone] = s.ID
		ip, err := privateAddress(tx, e.Scope, s, addressFor(c.addresses, id))
		if err != nil {
			return err
		}
		if ip == "" {
			return refuse("InsufficientFreeAddressesInSubnet", "Insufficient free addresses in subnet %s.", id)
		}
		e.Interfaces = append(e.Interfaces, ec2.EndpointInterface{ID: ec2.NewID("eni-"), Subnet: id, PrivateIP: ip})
	}
	return nil
}

// addressFor is the address that a request asks for in a subnet, or nil.
func addressFor(configurations []types.SubnetConfiguration, subnet string) *string {
	for _, c := range configurations {
		if aws.ToString(c.SubnetId) == subnet {
			return c.Ipv4
		}
	}
	return nil
}

// changeGroups changes the security groups of an interface endpoint.
func (a *API) changeGroups(tx *state.Tx, e *ec2.VPCEndpoint, c endpointChange) error {
	e.SecurityGroups = slices.DeleteFunc(slices.Clone(e.SecurityGroups), func(id string) bool { return slices.Contains(c.removeGroups, id) })
	for _, id := range c.addGroups {
		g, err := named(tx, e.Scope, "SecurityGroupId", &id, "sg-", (*state.Tx).SecurityGroup)
		if err != nil {
			return err
		}
		if g.MadeUp && a.strict {
			return missing("sg-")(id)
		}
		if g.VPC != e.VPC { // the text is the emulator's
			return refuse("InvalidParameter", "Security group %s does not belong to VPC %s.", id, e.VPC)
		}
		if !slices.Contains(e.SecurityGroups, id) {
			e.SecurityGroups = append(e.SecurityGroups, id)
		}
	}
	return nil
}

// privateDNS refuses private DNS names in a VPC without DNS, and where another endpoint has
// them.
func privateDNS(tx *state.Tx, e *ec2.VPCEndpoint, v *state.VPC) error {
	if !e.PrivateDNS {
		return nil
	}
	if !v.DNSSupport || !v.DNSHostnames {
		return refuse("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", v.ID)
	}
	for _, other := range ec2.VPCEndpoints(tx, e.Scope) {
		if other.ID != e.ID && other.VPC == e.VPC && other.Service == e.Service && other.PrivateDNS {
			service := endpointService(e.Scope, strings.TrimPrefix(e.Service, serviceName(e.Scope.Region, "")), types.ServiceTypeInterface)
			return refuse("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s in the VPC %s",
				*service.PrivateDnsName, e.VPC)
		}
	}
	return nil
}

// unsuccessful is how an answer tells of one thing that failed.
func unsuccessful(id string, err error) types.UnsuccessfulItem {
	item := types.UnsuccessfulItem{ResourceId: &id, Error: &types.UnsuccessfulItemError{Message: aws.String(err.Error())}}
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		item.Error = &types.UnsuccessfulItemError{Code: &refused.Code, Message: &refused.Message}
	}
	return item
}
