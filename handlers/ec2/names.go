package ec2

import "github.com/ecs-emulator/ecs-emulator/emulator/wire/query"

// codec has the names of members that do not follow from the SDK's by the rules of EC2's
// dialect. A test compares it with the SDK's client, so a new operation that needs a name
// says so.
//
// Source: the public model of Amazon EC2, API version 2016-11-15.
var codec = query.New(query.Rules{EC2: true, Names: map[string]string{
	"AvailabilityZone.State":                            "zoneState",
	"CreateTagsInput.Resources":                         "resourceId",
	"DeleteTagsInput.Resources":                         "resourceId",
	"DescribeAvailabilityZonesOutput.AvailabilityZones": "availabilityZoneInfo",

	"DescribeSecurityGroupsOutput.SecurityGroups": "securityGroupInfo",
	"IpPermission.IpRanges":                       "ipRanges",
	"IpPermission.Ipv6Ranges":                     "ipv6Ranges",
	"IpPermission.PrefixListIds":                  "prefixListIds",
	"IpPermission.UserIdGroupPairs":               "groups",
	"NetworkAcl.Entries":                          "entrySet",
	"NetworkAcl.IsDefault":                        "default",
	"NetworkInterface.Ipv4Prefixes":               "ipv4PrefixSet",
	"NetworkInterface.Ipv6Addresses":              "ipv6AddressesSet",
	"NetworkInterface.Ipv6Prefixes":               "ipv6PrefixSet",
	"NetworkInterface.PrivateIpAddresses":         "privateIpAddressesSet",
	"SecurityGroup.Description":                   "groupDescription",
	"SecurityGroup.IpPermissions":                 "ipPermissions",
	"SecurityGroup.IpPermissionsEgress":           "ipPermissionsEgress",
}})
