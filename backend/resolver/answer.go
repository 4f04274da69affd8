package resolver

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Answer is what a table says to a question.
type Answer struct {
	Ours   bool // it is about a name in one of the zones
	Silent bool // nothing is to be said
	RCode  dnsmessage.RCode
	// Answers end with a CNAME whose target is to be asked for elsewhere, if Elsewhere has it.
	Answers, Authorities, Additionals []dnsmessage.Resource
	Elsewhere                         string
}

// most is how many records a name with the routing policy MULTIVALUE is answered with.
// Source: Amazon Route 53 developer guide, multivalue answer routing.
const most = 8

// aliasTTL is the TTL of aliases of load balancers. Source: the guide, values for alias records.
const aliasTTL = 60

// mostNames bounds how many names a CNAME leads through.
const mostNames = 8

// Answer answers a question by what the table knows; random is as of rand.IntN.
func (t *Table) Answer(q dnsmessage.Question, random func(n int) int) (a Answer) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.silent {
		return Answer{Ours: true, Silent: true}
	}
	if q.Class != dnsmessage.ClassINET {
		return a
	}
	asked := q
	for range mostNames {
		zones, name := t.around(canonical(asked.Name.String()))
		if len(zones) == 0 {
			if a.Ours {
				a.Elsewhere = asked.Name.String()
			}
			return a
		}
		next := look(&a, zones, name, asked, random)
		if next == "" {
			return a
		}
		target, err := dnsmessage.NewName(next)
		if err != nil {
			break
		}
		asked.Name = target
	}
	return Answer{Ours: true, RCode: dnsmessage.RCodeServerFailure}
}

// around are the zones of the longest name that a full name is in, and the name below them.
func (t *Table) around(full string) (zones []*zone, below string) {
	for origin, at := full, 0; origin != ""; {
		if zones = t.named[origin]; len(zones) > 0 {
			return zones, strings.TrimSuffix(full[:at], ".")
		}
		_, rest, _ := strings.Cut(origin, ".")
		at += len(origin) - len(rest)
		origin = rest
	}
	return nil, ""
}

// look adds what zones of one name say of a name in them: the first one that has it. It returns the
// target of a CNAME that is to be looked for.
func look(a *Answer, zones []*zone, name string, q dnsmessage.Question, random func(n int) int) (next string) {
	a.Ours = true
	for _, z := range zones {
		if name == "" {
			z.apex(a, q)
			return ""
		}
		if e := z.names[name]; e != nil && len(e.Records) > 0 {
			if next = e.answer(a, z, q, random); next == "" && len(a.Answers) == 0 {
				a.Authorities = []dnsmessage.Resource{z.soa()}
			}
			return next
		}
		if e, r, found := z.instance(name); found {
			e.addresses(&a.Answers, &r, q.Name, q.Type)
			if len(a.Answers) == 0 {
				a.Authorities = []dnsmessage.Resource{z.soa()}
			}
			return ""
		}
	}
	a.RCode = dnsmessage.RCodeNameError
	for _, z := range zones {
		if z.below[name] > 0 {
			a.RCode = dnsmessage.RCodeSuccess
		}
	}
	a.Authorities = []dnsmessage.Resource{zones[0].soa()}
	return ""
}

// What Route 53 says at the apex of each private hosted zone.
// Source: Amazon Route 53 developer guide, NS and SOA records that Route 53 creates.
var nameServers = []string{"ns-1536.awsdns-00.co.uk.", "ns-0.awsdns-00.com.", "ns-1024.awsdns-00.org.", "ns-512.awsdns-00.net."}

const nameServerTTL = 172800

// apex answers for the zone's own name.
func (z *zone) apex(a *Answer, q dnsmessage.Question) {
	switch q.Type {
	case dnsmessage.TypeSOA:
		a.Answers = []dnsmessage.Resource{z.soa()}
	case dnsmessage.TypeNS:
		for _, server := range nameServers {
			body := &dnsmessage.NSResource{NS: dnsmessage.MustNewName(server)}
			a.Answers = append(a.Answers, resource(q.Name, dnsmessage.TypeNS, nameServerTTL, body))
		}
	default:
		a.Authorities = []dnsmessage.Resource{z.soa()}
	}
}

// soa is the zone's SOA record, by which others remember that there is no record: for as long as its
// TTL, or the last number in it if that is less (RFC 2308).
func (z *zone) soa() dnsmessage.Resource {
	name, _ := dnsmessage.NewName(z.origin)
	return resource(name, dnsmessage.TypeSOA, z.NegativeTTL, &dnsmessage.SOAResource{
		NS: dnsmessage.MustNewName(nameServers[0]), MBox: dnsmessage.MustNewName("awsdns-hostmaster.amazon.com."),
		Serial: 1, Refresh: 7200, Retry: 900, Expire: 1209600, MinTTL: 86400,
	})
}

// instance finds an instance by its id before the name of its service, which the targets of SRV records
// are. Source: AWS Cloud Map API reference, DnsRecord.
func (z *zone) instance(name string) (e *entry, r Record, found bool) {
	for i, c := range name {
		if c != '.' {
			continue
		}
		if e = z.names[name[i+1:]]; e == nil {
			continue
		}
		if _, is := e.set(dnsmessage.TypeSRV); is {
			if r, found = e.instances[name[:i]]; found {
				return e, r, true
			}
			if l, was := e.left[name[:i]]; was && time.Now().Before(l.until) {
				return e, l.Record, true
			}
		}
	}
	return nil, r, false
}

func (e *entry) set(of dnsmessage.Type) (Set, bool) {
	for _, s := range e.Sets {
		if "Type"+s.Type == of.String() {
			return s, true
		}
	}
	return Set{}, false
}

// answer adds the records of a name. It returns the target of a CNAME that is to be looked for.
func (e *entry) answer(a *Answer, z *zone, q dnsmessage.Question, random func(n int) int) (next string) {
	if s, is := e.set(dnsmessage.TypeCNAME); is && q.Type != dnsmessage.TypeCNAME {
		for _, r := range e.choose(dnsmessage.TypeCNAME, random) {
			target, err := dnsmessage.NewName(strings.TrimSuffix(r.CNAME, ".") + ".")
			if err != nil {
				continue
			}
			a.Answers = append(a.Answers, resource(q.Name, dnsmessage.TypeCNAME, s.TTL, &dnsmessage.CNAMEResource{CNAME: target}))
			return target.String()
		}
		return ""
	}
	s, is := e.set(q.Type)
	if !is {
		return ""
	}
	chosen := e.choose(q.Type, random)
	a.Answers = slices.Grow(a.Answers, len(chosen)) // a resource is large, for the name in it
	for _, r := range chosen {
		switch q.Type {
		case dnsmessage.TypeSRV:
			target, err := dnsmessage.NewName(r.ID + "." + strings.TrimSuffix(e.Name.Name, ".") + "." + strings.TrimSuffix(z.Name, ".") + ".")
			if err != nil {
				continue
			}
			a.Answers = append(a.Answers, resource(q.Name, q.Type, s.TTL, &dnsmessage.SRVResource{Priority: 1, Weight: 1, Port: r.Port, Target: target}))
			e.addresses(&a.Additionals, r, target, dnsmessage.TypeA)
			e.addresses(&a.Additionals, r, target, dnsmessage.TypeAAAA)
		case dnsmessage.TypeCNAME:
			if target, err := dnsmessage.NewName(strings.TrimSuffix(r.CNAME, ".") + "."); err == nil {
				a.Answers = append(a.Answers, resource(q.Name, q.Type, s.TTL, &dnsmessage.CNAMEResource{CNAME: target}))
			}
		default:
			for _, alias := range r.Alias {
				addAddress(&a.Answers, alias, q.Name, q.Type, aliasTTL)
			}
			if len(r.Alias) == 0 {
				e.addresses(&a.Answers, r, q.Name, q.Type)
			}
		}
	}
	return ""
}

// addresses adds those of a type that an instance has, with the TTL of that set or of SRV records.
func (e *entry) addresses(to *[]dnsmessage.Resource, r *Record, name dnsmessage.Name, of dnsmessage.Type) {
	s, is := e.set(of)
	if !is {
		s, _ = e.set(dnsmessage.TypeSRV)
	}
	addAddress(to, r.IPv4, name, of, s.TTL)
	addAddress(to, r.IPv6, name, of, s.TTL)
}

// addAddress adds an address if it is one of a type.
func addAddress(to *[]dnsmessage.Resource, address netip.Addr, name dnsmessage.Name, of dnsmessage.Type, ttl uint32) {
	switch {
	case of == dnsmessage.TypeA && address.Is4():
		*to = append(*to, resource(name, of, ttl, &dnsmessage.AResource{A: address.As4()}))
	case of == dnsmessage.TypeAAAA && address.Is6():
		*to = append(*to, resource(name, of, ttl, &dnsmessage.AAAAResource{AAAA: address.As16()}))
	}
}

// choose are the instances with which a question for a type is answered: pointers, as many may be looked
// through for the few that are chosen.
func (e *entry) choose(of dnsmessage.Type, random func(n int) int) []*Record {
	all := e.having(of, true)
	if len(all) == 0 {
		all = e.having(of, false)
	}
	count := min(len(all), most)
	if e.Weighted {
		count = min(len(all), 1)
	}
	for i := range count {
		j := i + random(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	return all[:count]
}

// having are the instances with something for a type: the healthy ones, or all.
func (e *entry) having(of dnsmessage.Type, healthy bool) []*Record {
	list := make([]*Record, 0, len(e.Records))
	for i := range e.Records {
		if r := &e.Records[i]; r.has(of) && !(healthy && r.Unhealthy) {
			list = append(list, r)
		}
	}
	return list
}

func (r *Record) has(of dnsmessage.Type) bool {
	switch of {
	case dnsmessage.TypeA:
		return r.IPv4.IsValid() || len(r.Alias) > 0
	case dnsmessage.TypeAAAA:
		return r.IPv6.IsValid() || len(r.Alias) > 0
	case dnsmessage.TypeSRV:
		return r.Port != 0
	case dnsmessage.TypeCNAME:
		return r.CNAME != ""
	default:
		return false
	}
}

func resource(name dnsmessage.Name, of dnsmessage.Type, ttl uint32, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name, Type: of, Class: dnsmessage.ClassINET, TTL: ttl}, Body: body}
}
