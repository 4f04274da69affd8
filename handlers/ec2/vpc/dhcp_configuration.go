package vpc

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

// dhcpConfigurations reads options: values of a key that is given again are added, and commas
// part values (EC20013).
func dhcpConfigurations(given []types.NewDhcpConfiguration) (read []ec2.DHCPConfiguration, err error) {
	if len(given) == 0 {
		return nil, kit.MissingParameter("dhcpConfigurations")
	}
	for _, c := range given {
		key := aws.ToString(c.Key)
		if checkDHCP[key] == nil {
			return nil, kit.Refuse("InvalidParameterValue", "Value (%s) for parameter name is invalid. Unknown DHCP option", key)
		}
		values := strings.Split(strings.Join(c.Values, ","), ",")
		if slices.Contains(values, "") {
			return nil, invalidDHCP("empty string for '" + key + "' is not allowed")
		}
		at := slices.IndexFunc(read, func(other ec2.DHCPConfiguration) bool { return other.Key == key })
		if at < 0 {
			at = len(read)
			read = append(read, ec2.DHCPConfiguration{Key: key})
		}
		read[at].Values = append(read[at].Values, values...)
	}
	for _, c := range read {
		if why := checkDHCP[c.Key](c.Values); why != "" {
			return nil, invalidDHCP(why)
		}
	}
	return read, nil
}

func invalidDHCP(why string) error {
	return kit.Refuse("InvalidParameterValue", "Value (%s) for parameter value is invalid. Invalid DHCP option value.", why)
}

// checkDHCP says what is wrong with an option's values: most often all of them; empty: nothing is. Source: EC2 API
// reference, CreateDhcpOptions; EC20013.
var checkDHCP = map[string]func(values []string) string{
	"domain-name":         func([]string) string { return "" },
	"domain-name-servers": servers(func(name string) bool { return name == "AmazonProvidedDNS" || isAddress(name) }),
	"ntp-servers":         servers(isAddress),
	"netbios-name-servers": servers(func(name string) bool {
		address, err := netip.ParseAddr(name)
		return err == nil && address.Is4()
	}),
	"netbios-node-type": func(values []string) string {
		all := strings.Join(values, ",")
		if _, err := strconv.ParseInt(all, 10, 8); err != nil {
			return all
		}
		return ""
	},
	"ipv6-address-preferred-lease-time": checkLeaseTime,
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

const mostDHCPServers = 4

func servers(is func(name string) bool) func(values []string) string {
	return func(values []string) string {
		if len(values) > mostDHCPServers || slices.ContainsFunc(values, func(v string) bool { return !is(v) }) {
			return strings.Join(values, ",")
		}
		return ""
	}
}

// The bounds of a lease's time, in seconds.
const shortestLease, longestLease = 140, 1<<31 - 1

func checkLeaseTime(values []string) string {
	all := strings.Join(values, ",")
	seconds, err := strconv.ParseInt(all, 10, 64)
	switch what := "'" + all + "' for 'ipv6-address-preferred-lease-time' is "; {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return what + "not allowed"
	case seconds < shortestLease || seconds > longestLease:
		return what + "out of bounds"
	}
	return ""
}
