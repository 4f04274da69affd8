// Command look prints what names lead to, as Go's resolver finds them. Each argument is a question and a name:
//
//	A:<name>       IPv4 addresses
//	AAAA:<name>    IPv6 addresses
//	CNAME:<name>   the name that it stands for
//	SRV:<name>     priority, weight, port and target of each record
//
// A line repeats the argument and has the answers in order, or none. c/look.c is the same for C libraries.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, question := range os.Args[1:] {
		kind, name, _ := strings.Cut(question, ":")
		found, err := look(ctx, kind, name)
		var missing *net.DNSError
		var unsuitable *net.AddrError // with the resolver of the C library: there are addresses of the other kind
		switch {
		case errors.As(err, &missing) && missing.IsNotFound, errors.As(err, &unsuitable):
			found = []string{"none"}
		case err != nil:
			found = []string{"error:", err.Error()}
		}
		slices.Sort(found)
		fmt.Println(question, strings.Join(found, " "))
	}
}

func look(ctx context.Context, kind, name string) (found []string, err error) {
	switch kind {
	case "A", "AAAA":
		network := map[string]string{"A": "ip4", "AAAA": "ip6"}[kind]
		addresses, err := net.DefaultResolver.LookupNetIP(ctx, network, name)
		for _, a := range addresses {
			found = append(found, a.Unmap().String())
		}
		return found, err
	case "CNAME":
		target, err := net.DefaultResolver.LookupCNAME(ctx, name)
		return []string{target}, err
	case "SRV":
		_, records, err := net.DefaultResolver.LookupSRV(ctx, "", "", name)
		for _, r := range records {
			found = append(found, fmt.Sprintf("%d/%d/%d/%s", r.Priority, r.Weight, r.Port, r.Target))
		}
		return found, err
	}
	return nil, fmt.Errorf("not a question: %s", kind)
}
