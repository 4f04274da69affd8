package decision

import (
	"strings"
	"time"
)

// Filter chooses decisions. Fields that are empty let all through.
type Filter struct {
	RequestID string
	// Principal is the ARN of a user, a session or a root user. The ARN of a role is all sessions of it.
	Principal string
	Action    string // in any case, as in policies
	Decision  string // Allowed or Denied
	Since     time.Time
}

func (f *Filter) lets(d *Decision) bool {
	return (f.RequestID == "" || f.RequestID == d.RequestID) &&
		(f.Principal == "" || f.Principal == d.Principal || f.Principal == d.Role) &&
		(f.Action == "" || strings.EqualFold(f.Action, d.Action)) &&
		(f.Decision == "" || f.Decision == d.Decision) &&
		!d.Time.Before(f.Since)
}
