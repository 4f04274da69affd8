package intrinsic

import (
	"math/big"
	"net/netip"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// cidrArguments are a range, a count and the bits of hosts, all of which functions may make.
func cidrArguments(v *document.Value) ([]*document.Value, error) {
	if v.Kind != document.List || len(v.Items) < 2 || len(v.Items) > 3 {
		return nil, cidrError(v.At)
	}
	for _, item := range v.Items {
		if !item.MaybeText() {
			return nil, cidrError(v.At)
		}
	}
	return v.Items, nil
}

// cidrError is a guess by the form of the others.
func cidrError(at document.Position) error {
	return document.Errorf(at, "every Fn::Cidr object requires two or three parameters, (1) an IP block, (2) a count between 1 and 256 and (3) the number of CIDR bits")
}

// cidr splits a range. Source: user guide, Fn::Cidr, where 5 bits are blocks of 32 addresses.
func cidr(at document.Position, arguments []*document.Value, b *Budget) (*document.Value, error) {
	ip, err := netip.ParsePrefix(arguments[0].Text)
	count, countErr := strconv.Atoi(arguments[1].Text)
	if err != nil || countErr != nil || count < 1 || count > 256 {
		return nil, cidrError(at)
	}
	bits, total := 8, ip.Addr().BitLen()
	if ip.Addr().Is6() {
		bits = 64
	}
	if len(arguments) == 3 {
		if bits, err = strconv.Atoi(arguments[2].Text); err != nil || bits < 1 {
			return nil, cidrError(at)
		}
	}
	free := total - bits - ip.Bits()
	if free < 0 || free < 16 && count > 1<<free { // a guess
		return nil, document.Errorf(at, "Fn::Cidr cannot make %d blocks with %d CIDR bits in %s", count, bits, arguments[0].Text)
	}
	return b.List(at, blocks(ip.Masked().Addr(), count, bits))
}

// blocks are those from an address on, each of 2 to the power of bits addresses.
func blocks(first netip.Addr, count, bits int) (list []string) {
	next := new(big.Int).SetBytes(first.AsSlice())
	step := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	for range count {
		address, _ := netip.AddrFromSlice(next.FillBytes(make([]byte, first.BitLen()/8)))
		list = append(list, netip.PrefixFrom(address, first.BitLen()-bits).String())
		next.Add(next, step)
	}
	return list
}
