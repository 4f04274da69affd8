package ec2

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// tags is an empty list: nothing is tagged.
type tags struct{}

type vpc struct {
	VPCID           string                    `xml:"vpcId"`
	OwnerID         string                    `xml:"ownerId"`
	State           string                    `xml:"state"`
	CIDRBlock       string                    `xml:"cidrBlock"`
	Associations    set[cidrBlockAssociation] `xml:"cidrBlockAssociationSet"`
	DHCPOptionsID   string                    `xml:"dhcpOptionsId"`
	InstanceTenancy string                    `xml:"instanceTenancy"`
	IsDefault       bool                      `xml:"isDefault"`
	Tags            set[tags]                 `xml:"tagSet"`
}

type cidrBlockAssociation struct {
	ID        string `xml:"associationId"`
	CIDRBlock string `xml:"cidrBlock"`
	State     string `xml:"cidrBlockState>state"`
}

func (v vpc) attributes() attributes {
	return attributes{
		"vpc-id": v.VPCID, "owner-id": v.OwnerID, "state": v.State, "dhcp-options-id": v.DHCPOptionsID,
		"cidr": v.CIDRBlock, "cidr-block": v.CIDRBlock, "cidrBlock": v.CIDRBlock,
		"cidr-block-association.cidr-block": v.CIDRBlock,
		"is-default":                        strconv.FormatBool(v.IsDefault), "isDefault": strconv.FormatBool(v.IsDefault),
	}
}

// describeVpcs answers the VPC: there is one in each account and region.
func (a *API) describeVpcs(ctx context.Context, form url.Values) (any, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	row := tx.VPC(scope)
	cidr := tx.NetworkCIDR().String()
	rows := []vpc{{
		VPCID: row.ID, OwnerID: scope.Account, State: "available", CIDRBlock: cidr,
		Associations: set[cidrBlockAssociation]{Items: []cidrBlockAssociation{{
			ID: "vpc-cidr-assoc-" + suffix(row.ID), CIDRBlock: cidr, State: "associated",
		}}},
		DHCPOptionsID: "dopt-" + suffix(row.ID), InstanceTenancy: "default", IsDefault: true,
	}}
	found, err := describe(rows, form, list(form, "VpcId"), "vpc-id", vpc.attributes, func(id string) error {
		return &awsapi.Error{Code: "InvalidVpcID.NotFound", Message: "The vpc ID '" + id + "' does not exist"}
	})
	if err != nil {
		return nil, err
	}
	return struct {
		VPCs set[vpc] `xml:"vpcSet"`
	}{found}, nil
}

// suffix is the hex digits of an id, for ids that go with it.
func suffix(id string) string { return id[strings.IndexByte(id, '-')+1:] }

type subnet struct {
	SubnetID         string    `xml:"subnetId"`
	SubnetARN        string    `xml:"subnetArn"`
	State            string    `xml:"state"`
	OwnerID          string    `xml:"ownerId"`
	VPCID            string    `xml:"vpcId"`
	CIDRBlock        string    `xml:"cidrBlock"`
	AvailableIPs     int       `xml:"availableIpAddressCount"`
	AvailabilityZone string    `xml:"availabilityZone"`
	ZoneID           string    `xml:"availabilityZoneId"`
	DefaultForAZ     bool      `xml:"defaultForAz"`
	MapPublicIP      bool      `xml:"mapPublicIpOnLaunch"`
	AssignIPv6       bool      `xml:"assignIpv6AddressOnCreation"`
	IPv6Only         bool      `xml:"ipv6Native"`
	IPv6Associations set[tags] `xml:"ipv6CidrBlockAssociationSet"`
	Tags             set[tags] `xml:"tagSet"`
}

func (s subnet) attributes() attributes {
	isDefault, zone := strconv.FormatBool(s.DefaultForAZ), s.AvailabilityZone
	return attributes{
		"subnet-id": s.SubnetID, "subnet-arn": s.SubnetARN, "vpc-id": s.VPCID, "owner-id": s.OwnerID, "state": s.State,
		"cidr": s.CIDRBlock, "cidr-block": s.CIDRBlock, "cidrBlock": s.CIDRBlock,
		"availability-zone": zone, "availabilityZone": zone,
		"availability-zone-id": s.ZoneID, "availabilityZoneId": s.ZoneID,
		"default-for-az": isDefault, "defaultForAz": isDefault,
		"map-public-ip-on-launch":    strconv.FormatBool(s.MapPublicIP),
		"available-ip-address-count": strconv.Itoa(s.AvailableIPs),
	}
}

// reservedIPs is how many addresses of a subnet nobody gets.
// Source: VPC user guide, subnet sizing.
const reservedIPs = 5

// describeSubnets answers the default subnets and those made on first use.
func (a *API) describeSubnets(ctx context.Context, form url.Values) (any, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	network, used := tx.NetworkCIDR(), usedAddresses(tx, scope)
	var rows []subnet
	for _, s := range tx.Subnets(scope) {
		block := s.CIDR(network)
		rows = append(rows, subnet{
			SubnetID: s.ID, SubnetARN: resourceARN(scope, "subnet/"+s.ID), State: "available", OwnerID: scope.Account,
			VPCID: s.VPC, CIDRBlock: block.String(), AvailableIPs: 1<<(32-block.Bits()) - reservedIPs - used[s.ID],
			AvailabilityZone: s.Zone, ZoneID: zoneID(s.Zone), DefaultForAZ: s.Default, MapPublicIP: s.Default,
		})
	}
	found, err := describe(rows, form, list(form, "SubnetId"), "subnet-id", subnet.attributes, func(id string) error {
		return &awsapi.Error{Code: "InvalidSubnetID.NotFound", Message: "The subnet ID '" + id + "' does not exist"}
	})
	if err != nil {
		return nil, err
	}
	return struct {
		Subnets set[subnet] `xml:"subnetSet"`
	}{found}, nil
}

// usedAddresses counts the addresses that tasks have, by subnet id.
func usedAddresses(tx *state.Tx, scope arn.Scope) map[string]int {
	used := map[string]int{}
	for _, task := range tx.AllTasks() {
		if !task.Ended() && task.Scope() == scope {
			used[task.Placement.SubnetID]++
		}
	}
	return used
}

func resourceARN(scope arn.Scope, resource string) string {
	return "arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":" + resource
}

type securityGroup struct {
	GroupID     string          `xml:"groupId"`
	GroupName   string          `xml:"groupName"`
	Description string          `xml:"groupDescription"`
	ARN         string          `xml:"securityGroupArn"`
	OwnerID     string          `xml:"ownerId"`
	VPCID       string          `xml:"vpcId"`
	Ingress     set[permission] `xml:"ipPermissions"`
	Egress      set[permission] `xml:"ipPermissionsEgress"`
	Tags        set[tags]       `xml:"tagSet"`
}

type permission struct {
	Protocol string       `xml:"ipProtocol"`
	Ranges   set[ipRange] `xml:"ipRanges"`
}

type ipRange struct {
	CIDR string `xml:"cidrIp"`
}

func (g securityGroup) attributes() attributes {
	return attributes{
		"group-id": g.GroupID, "group-name": g.GroupName, "vpc-id": g.VPCID, "owner-id": g.OwnerID, "description": g.Description,
	}
}

// describeSecurityGroups answers the default security group and those made on first
// use. They let everything in and out, because traffic is not filtered.
func (a *API) describeSecurityGroups(ctx context.Context, form url.Values) (any, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	everything := set[permission]{Items: []permission{{Protocol: "-1", Ranges: set[ipRange]{Items: []ipRange{{CIDR: "0.0.0.0/0"}}}}}}
	var rows []securityGroup
	for _, g := range tx.SecurityGroups(scope) {
		rows = append(rows, securityGroup{
			GroupID: g.ID, GroupName: g.Name, Description: description(g), OwnerID: scope.Account, VPCID: g.VPC,
			ARN: resourceARN(scope, "security-group/"+g.ID), Ingress: everything, Egress: everything,
		})
	}
	byName, err := describe(rows, url.Values{}, list(form, "GroupName"), "group-name", securityGroup.attributes, func(name string) error {
		return groupNotFound("The security group '" + name + "' does not exist in default VPC '" + tx.VPC(scope).ID + "'")
	})
	if err != nil {
		return nil, err
	}
	ids := list(form, "GroupId")
	found, err := describe(byName.Items, form, ids, "group-id", securityGroup.attributes, func(id string) error {
		return groupNotFound("The security group '" + id + "' does not exist")
	})
	if err != nil {
		return nil, err
	}
	return struct {
		Groups set[securityGroup] `xml:"securityGroupInfo"`
	}{found}, nil
}

func groupNotFound(message string) error {
	return &awsapi.Error{Code: "InvalidGroup.NotFound", Message: message}
}

func description(g *state.SecurityGroup) string {
	if g.ID == state.DefaultSecurityGroup {
		return "default VPC security group"
	}
	return "made on first use"
}
