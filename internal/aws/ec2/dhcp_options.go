package ec2

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var dhcpOptions = store.NewTable("ec2-dhcp-options", func(o *DHCPOptions) string { return instanceKey(o.Scope, o.ID) })

// DHCPOptions are kept without effect: tasks ask the engine's resolver. Their handlers write
// every field.
type DHCPOptions struct {
	Scope          arn.Scope
	ID             string // dopt-…
	Configurations []DHCPConfiguration
}

// DHCPConfiguration is an option, such as domain-name.
type DHCPConfiguration struct {
	Key    string
	Values []string
}

// defaultDHCPOptions are those that every VPC has at first, with the domain of the region
// (EC20010).
func defaultDHCPOptions(scope arn.Scope) *DHCPOptions {
	domain := scope.Region + ".compute.internal"
	if scope.Region == "us-east-1" {
		domain = "ec2.internal"
	}
	return &DHCPOptions{Scope: scope, ID: "dopt-" + digits(ec2network.DefaultVPC), Configurations: []DHCPConfiguration{
		{Key: "domain-name", Values: []string{domain}}, {Key: "domain-name-servers", Values: []string{"AmazonProvidedDNS"}},
	}}
}

// AllDHCPOptions returns those of an account and region, by id.
func AllDHCPOptions(tx *store.Tx, scope arn.Scope) []*DHCPOptions {
	return sorted(append([]*DHCPOptions{defaultDHCPOptions(scope)}, dhcpOptions.List(tx, scope.Prefix())...), func(o *DHCPOptions) string { return o.ID })
}

// FindDHCPOptions returns DHCP options, or nil.
func FindDHCPOptions(tx *store.Tx, scope arn.Scope, id string) *DHCPOptions {
	return first(AllDHCPOptions(tx, scope), func(o *DHCPOptions) bool { return o.ID == id })
}

// DHCPOptionsOf is the id of the DHCP options of a VPC.
func DHCPOptionsOf(v *ec2network.VPC) string {
	if v.DHCPOptions == "" {
		return defaultDHCPOptions(v.Scope).ID
	}
	return v.DHCPOptions
}

// Default reports whether every VPC has these at first. They stay.
func (o *DHCPOptions) Default() bool { return o.ID == defaultDHCPOptions(o.Scope).ID }

// PutDHCPOptions writes DHCP options.
func PutDHCPOptions(tx *store.Tx, o *DHCPOptions) { dhcpOptions.Put(tx, o) }

// DeleteDHCPOptions removes DHCP options with their tags.
func DeleteDHCPOptions(tx *store.Tx, o *DHCPOptions) {
	dhcpOptions.Delete(tx, o)
	ec2network.SetTags(tx, o.Scope, o.ID, nil)
}
