//go:build linux

package main

import "syscall"

// ruleset is one transaction of nftables that replaces a table: all of it holds
// afterwards, or nothing has changed.
// Source: Linux include/uapi/linux/netfilter/nf_tables.h and nfnetlink.h.
type ruleset struct {
	buffer
	table string
}

const (
	netlinkNetfilter = 12
	batchBegin       = 0x10
	batchEnd         = 0x11
	nftSubsystem     = 10

	newTable    = nftSubsystem << 8
	deleteTable = nftSubsystem<<8 | 2
	newChain    = nftSubsystem<<8 | 3
	newRule     = nftSubsystem<<8 | 6
	newSet      = nftSubsystem<<8 | 9
	newElements = nftSubsystem<<8 | 12

	request = syscall.NLM_F_REQUEST
	create  = syscall.NLM_F_CREATE
	add     = syscall.NLM_F_APPEND
	replace = syscall.NLM_F_REPLACE
)

// Where chains hook in, and in which order: nat after what was tracked, and addresses of
// senders last.
const (
	prerouting  = 0
	through     = 2
	output      = 3
	postrouting = 4

	beforeAll      = -300
	destinationNAT = -100
	sourceNAT      = 100
	// Between connection tracking and the former, and after the latter, packets have the
	// addresses and ports that others see.
	beforeNAT = -150
	afterNAT  = 150
)

// newRuleset begins with an empty table, without the rules that it had.
func newRuleset(table string) *ruleset {
	r := &ruleset{table: table}
	r.needs("nf_tables")
	r.message(batchBegin, request, []byte{0, 0, 0, nftSubsystem}, nil)
	name := func() { r.text(1, table) }
	r.nft(newTable, create, name) // else there may be none to delete
	r.nft(deleteTable, 0, name)
	return r
}

func (r *ruleset) nft(kind, flags uint16, attributes func()) {
	r.message(kind, request|flags, []byte{syscall.AF_INET, 0, 0, 0}, attributes)
}

// keep has the table there, with chains and rules to follow.
func (r *ruleset) keep() { r.nft(newTable, create, func() { r.text(1, r.table) }) }

// chain adds a chain. Without a type it hooks in nowhere: rules jump to it.
func (r *ruleset) chain(name, kind string, hook uint32, priority int32) {
	r.nft(newChain, create, func() {
		r.text(1, r.table)
		r.text(3, name)
		if kind == "" {
			return
		}
		r.nest(4, func() {
			r.number(1, hook)
			r.number(2, uint32(priority))
		})
		r.text(7, kind)
	})
}

// rule adds a rule to a chain: expressions, each of which may end it.
func (r *ruleset) rule(chain string, expressions ...expression) {
	r.nft(newRule, create|add, func() {
		r.text(1, r.table)
		r.text(2, chain)
		r.nest(4, func() {
			for _, e := range expressions {
				r.nest(1, func() {
					r.text(1, e.name)
					r.nest(2, func() { e.data(&r.buffer) })
				})
			}
		})
	})
}

// commit has the kernel take the whole.
func (r *ruleset) commit() error {
	r.await()
	r.message(batchEnd, request, []byte{0, 0, 0, nftSubsystem}, nil)
	return r.send(netlinkNetfilter)
}

// expression is a step of a rule.
type expression struct {
	name string
	data func(*buffer)
}

// Values that a packet has.
const (
	inInterface  = 4
	outInterface = 5
	protocol     = 16

	linkHeader      = 0
	networkHeader   = 1
	transportHeader = 2
)

// meta loads a property of the packet into the first register.
func meta(key uint32) expression {
	return expression{"meta", func(b *buffer) { b.number(1, 1); b.number(2, key) }}
}

// payload loads bytes of a header into the first register.
func payload(header, offset, size uint32) expression { return payloadTo(1, header, offset, size) }

// payloadTo loads bytes of a header into a register.
func payloadTo(register, header, offset, size uint32) expression {
	return expression{"payload", func(b *buffer) {
		b.number(1, register)
		b.number(2, header)
		b.number(3, offset)
		b.number(4, size)
	}}
}

func is(value ...byte) expression      { return compare(0, value) }
func isNot(value ...byte) expression   { return compare(1, value) }
func atMost(value ...byte) expression  { return compare(3, value) }
func atLeast(value ...byte) expression { return compare(5, value) }

// compare ends the rule unless the first register compares so with a value.
func compare(operation uint32, value []byte) expression {
	return expression{"cmp", func(b *buffer) {
		b.number(1, 1)
		b.number(2, operation)
		b.nest(3, func() { b.attribute(1, value...) })
	}}
}

// load puts a value into a register.
func load(register uint32, value ...byte) expression {
	return expression{"immediate", func(b *buffer) {
		b.number(1, register)
		b.nest(2, func() { b.attribute(1, value...) })
	}}
}

// alter clears the bits of a register that are not in the mask, and turns over those of flip.
func alter(register uint32, mask, flip []byte) expression {
	return expression{"bitwise", func(b *buffer) {
		b.number(1, register)
		b.number(2, register)
		b.number(3, uint32(len(mask)))
		b.nest(4, func() { b.attribute(1, mask...) })
		b.nest(5, func() { b.attribute(1, flip...) })
	}}
}

// Verdicts.
var (
	drop   = verdict(0, "")
	accept = verdict(1, "")
	// masquerade gives a packet the address of the interface that it leaves through.
	masquerade = expression{"masq", func(*buffer) {}}
	// toRegisters gives a packet the address and port that were loaded into the first
	// and the second register.
	toRegisters = expression{"nat", func(b *buffer) {
		b.number(1, 1) // the destination
		b.number(2, syscall.AF_INET)
		b.number(3, 1)
		b.number(5, 2)
	}}
)

func jump(chain string) expression { return verdict(-3, chain) }

func verdict(code int32, chain string) expression {
	return expression{"immediate", func(b *buffer) {
		b.number(1, 0)
		b.nest(2, func() {
			b.nest(2, func() {
				b.number(1, uint32(code))
				if chain != "" {
					b.text(2, chain)
				}
			})
		})
	}}
}
