package ec2

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DHCPOptionSets are all DHCP options, with those that every VPC has at first.
var DHCPOptionSets = ec2network.NewRows("ec2-dhcp-options", func(o *DHCPOptions) (arn.Scope, string) { return o.Scope, o.ID }).
	With(ec2network.Unstored[*DHCPOptions]{
		List: func(_ *store.Tx, scope arn.Scope) []*DHCPOptions { return []*DHCPOptions{defaultDHCPOptions(scope)} },
	})

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

// DHCPOptionsOf is the id of the DHCP options of a VPC.
func DHCPOptionsOf(v *ec2network.VPC) string {
	if v.DHCPOptions == "" {
		return defaultDHCPOptions(v.Scope).ID
	}
	return v.DHCPOptions
}

// Default reports whether every VPC has these at first. They stay.
func (o *DHCPOptions) Default() bool { return o.ID == defaultDHCPOptions(o.Scope).ID }
