// Package decision keeps what was decided about callers: who wanted to do what, and which policy let it or did not. The
// newest decisions can be looked up by their request, chosen and followed; counts have all that there ever were.
package decision

import "time"

// Values of Decision.Decision.
const (
	Allowed = "allowed"
	Denied  = "denied"
)

// Decision is one decision about what a caller wanted.
type Decision struct {
	RequestID string    `json:"requestId"`
	Time      time.Time `json:"time"`      // by the emulator's clock
	Principal string    `json:"principal"` // ARN of the caller
	Account   string    `json:"account"`   // of the request, as its region
	Region    string    `json:"region"`
	Action    string    `json:"action"`   // ecs:RunTask
	Resource  string    `json:"resource"` // an ARN, or *
	Decision  string    `json:"decision"`
	// Enforced says that a denial refused the request. Without it the request went on.
	Enforced bool `json:"enforced"`
	// Reason is the end of AWS's text for a denial, and of others what a person wants to know.
	Reason string `json:"reason"`
	// Layer is the one that decided, as policy.Layer writes it; empty for the root user, whom no policy limits.
	Layer     string `json:"layer"`
	Policy    string `json:"policy"`    // its ARN or name; empty if none decided
	Statement string `json:"statement"` // its Sid, or else its number from 1

	// Service and Operation are of the API call, which may ask for actions of other services.
	Service   string `json:"-"`
	Operation string `json:"-"`
	// Role is the role whose session the caller is, as its ARN in IAM; empty for others.
	Role string `json:"-"`
	// PassedTo is the service that gets the role of iam:PassRole; empty for other actions.
	PassedTo string `json:"-"`
	// Explain decides again, and tells what each layer found and the keys that policies looked at. Nil: there is no more to
	// tell than the reason.
	Explain func() Explanation `json:"-"`
}
