package awsapi

import (
	"log/slog"
	"strings"
	"sync"
)

// Members of any name may come, so what is remembered of them has bounds.
const (
	mostUnknownMembers = 1000
	longestUnknown     = 100 // bytes of a name
)

// unknownMembers are the members of requests that the SDK did not have when the emulator was
// built, and that have been warned of. AWS ignores members that it does not know; but it may
// know these, so that a request with one seems to succeed here.
type unknownMembers struct {
	mu     sync.Mutex
	warned map[unknownMember]bool
}

type unknownMember struct{ operation, structure, member string }

// first reports whether a member is new, and remembers it.
func (u *unknownMembers) first(m unknownMember) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.warned[m] || len(u.warned) >= mostUnknownMembers {
		return false
	}
	if u.warned == nil {
		u.warned = map[unknownMember]bool{}
	}
	u.warned[m] = true
	return true
}

// warnUnknown says once of each operation that a member is without effect.
func (x *exchange) warnUnknown(structure, member string) {
	if len(member) > longestUnknown {
		member = strings.Clone(member[:longestUnknown]) // or what is remembered would keep all of it
	}
	if x.warned.first(unknownMember{x.call.Operation, structure, member}) {
		x.options.Logger.Warn("a request has a member that this version does not know: it is without effect",
			slog.String("operation", x.call.Operation), slog.String("structure", structure), slog.String("member", member))
	}
}
