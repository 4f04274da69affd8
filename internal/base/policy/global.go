package policy

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Global are keys of all calls (AC60), as far as they follow from who calls, where and when. Of a principal of whom the
// account alone is known they have the account, and nothing of a time that is zero. Clients reach an emulator by HTTP where
// AWS is reached by HTTPS, so the transport counts as secure: the usual Deny of all else would deny everything.
func Global(who Principal, region string, now time.Time) map[string]Value {
	keys := map[string]Value{
		"aws:securetransport":       Is("true"),
		"aws:requestedregion":       Is(region),
		"aws:principalisawsservice": Is(strconv.FormatBool(who.Service != "")),
	}
	if !now.IsZero() {
		keys["aws:currenttime"], keys["aws:epochtime"] = Is(now.UTC().Format(time.RFC3339)), Is(strconv.FormatInt(now.Unix(), 10))
	}
	if who.Account != "" {
		keys["aws:principalaccount"] = Is(who.Account)
	}
	if who.Account != "" && !who.Unknown {
		who.addTo(keys)
	}
	return keys
}

// addTo adds keys of one that is known. Source: IAM user guide, values of the principal key.
func (p *Principal) addTo(keys map[string]Value) {
	name := p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	kind, id, user := "User", p.ID, Is(name)
	switch {
	case p.Role != "":
		kind, id, user = "AssumedRole", p.ID+":"+name, Value{}
	case p.isRoot():
		kind, id, user = "Account", p.Account, Value{}
	case strings.Contains(p.ARN, ":federated-user/"):
		kind, id, user = "FederatedUser", p.Account+":"+name, Value{}
	}
	keys["aws:principalarn"], keys["aws:principaltype"], keys["aws:username"] = Is(cmp.Or(p.Role, p.ARN)), Is(kind), user
	if id != "" && id != ":"+name {
		keys["aws:userid"] = Is(id)
	}
}
