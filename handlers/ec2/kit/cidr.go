package kit

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// How large the range of a VPC and of a subnet may be. Source: VPC user guide, VPC and
// subnet sizing.
const (
	fewestBits = 16
	mostBits   = 28
)

// reservedRanges are those that no VPC has; one of class E it may have (EC20012). Source: VPC user guide, VPC sizing.
var reservedRanges = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("224.0.0.0/4"),
}

// CIDRBlock reads the range that a VPC or a subnet is to have, cleared of what is behind its
// length. code is that of the refusal of a range that neither may have. Source: EC2 API
// reference, CreateVpc and error codes; field reports for the texts.
func CIDRBlock(text *string, code string) (netip.Prefix, error) {
	if aws.ToString(text) == "" {
		return netip.Prefix{}, Refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	cidr, err := netip.ParsePrefix(*text)
	if err != nil || !cidr.Addr().Is4() {
		return netip.Prefix{}, Refuse("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", *text)
	}
	if cidr = cidr.Masked(); cidr.Bits() < fewestBits || cidr.Bits() > mostBits || slices.ContainsFunc(reservedRanges, cidr.Overlaps) {
		return netip.Prefix{}, Refuse(code, "The CIDR '%s' is invalid.", *text)
	}
	return cidr, nil
}
