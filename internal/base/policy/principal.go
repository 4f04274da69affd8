package policy

import "strings"

// Principal is who sends a request, as policies of resources name principals.
type Principal struct {
	Account string // twelve digits; empty for a service and for a token of an identity provider
	// ARN is of a user, of a session, of a federated user, or of the root user of the account.
	ARN  string
	Role string // ARN of the role whose session it is
	ID   string // unique id of the user, or of the role of a session: AIDA…, AROA…
	// Service is a service of AWS, such as ecs-tasks.amazonaws.com.
	Service string
	// Issuer is who has issued a token, without https://.
	Issuer string
	// Unlimited is of those whom no identity policy limits: the root user, and everyone as long as access is not checked.
	Unlimited bool
	// Unknown is of one of whom no more is known than the account: an Allow for each user and role there may be meant for it,
	// and no Deny is.
	Unknown bool
}

func (p *Principal) isRoot() bool { return strings.HasSuffix(p.ARN, ":root") }

// grant is what an Allow of a resource's policy is worth to a principal (AC30). More is greater.
type grant uint8

const (
	none grant = iota
	// delegated to the account: its identity policies decide.
	delegated
	// toRole is to the role, which the boundary and session policies still limit.
	toRole
	// direct is to the user, to the session, to a service, or to all.
	direct
)

// principal is one that a policy names.
type principal struct {
	kind    kind
	name    string
	account string // of kind account and ofAWS
}

type kind uint8

const (
	everybody  kind = iota
	allOfAWS        // {"AWS": "*"}
	account         // by its number or as its root
	ofAWS           // by an ARN or a unique id
	ofServices      // by its name
	ofTokens        // by the ARN or name of its identity provider
)

// compilePrincipals reads the principals of a statement. Canonical users are S3's.
func compilePrincipals(s Statement) (list []principal) {
	if s.Everybody {
		return []principal{{kind: everybody}}
	}
	for _, name := range s.Principals["AWS"] {
		list = append(list, principalOfAWS(name))
	}
	for _, name := range s.Principals["Service"] {
		list = append(list, principal{kind: ofServices, name: name})
	}
	for _, name := range s.Principals["Federated"] {
		list = append(list, principal{kind: ofTokens, name: name})
	}
	return list
}

func principalOfAWS(name string) principal {
	if name == "*" {
		return principal{kind: allOfAWS}
	}
	if digits := strings.ReplaceAll(name, "-", ""); len(digits) == 12 && allDigits(digits) { // dashes: IAM0010
		return principal{kind: account, account: digits}
	}
	fields := strings.SplitN(name, ":", arnParts)
	if len(fields) < arnParts {
		return principal{kind: ofAWS, name: name}
	}
	if fields[2] == "iam" && fields[5] == "root" {
		return principal{kind: account, account: fields[4]}
	}
	return principal{kind: ofAWS, name: name, account: fields[4]}
}

// means is what it is worth to a principal that a policy names this one. All of AWS are no services and no tokens (a
// choice). Source: IAM user guide, Principal.
func (p principal) means(who *Principal, denies bool) grant {
	ofAccount := who.Service == "" && who.Issuer == ""
	switch p.kind {
	case everybody:
		return direct
	case allOfAWS:
		if ofAccount {
			return direct
		}
	case account:
		if ofAccount && p.account == who.Account {
			return delegated
		}
	case ofAWS:
		if ofAccount {
			return p.meansOneOfAWS(who, denies)
		}
	case ofServices:
		if who.Service != "" && p.name == who.Service {
			return direct
		}
	case ofTokens:
		if who.Issuer != "" && (p.name == who.Issuer || strings.HasSuffix(p.name, ":oidc-provider/"+who.Issuer)) {
			return direct
		}
	}
	return none
}

func (p principal) meansOneOfAWS(who *Principal, denies bool) grant {
	switch {
	case who.ARN != "" && p.name == who.ARN || who.Unknown && !denies && p.account != "" && p.account == who.Account:
		return direct
	case who.Role != "" && (p.name == who.Role || p.name == who.ID):
		return toRole
	case who.ID != "" && p.name == who.ID:
		return direct
	}
	return none
}
