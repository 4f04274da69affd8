package ec2network

import "strings"

// zones is how many availability zones a region has.
const zones = 3

// Zone names the n-th availability zone of a region: us-east-1a.
func Zone(region string, n int) string { return region + string(rune('a'+n%zones)) }

// Zones names all availability zones of a region.
func Zones(region string) []string {
	var names []string
	for n := range zones {
		names = append(names, Zone(region, n))
	}
	return names
}

// ZoneID is the id that a zone has in all accounts, in AWS's spelling: use1-az1 for
// us-east-1a. Which zone has which number differs between accounts on AWS; here
// they go in order.
func ZoneID(zone string) string {
	region, letter := zone[:len(zone)-1], zone[len(zone)-1]
	id := make([]byte, 0, 16)
	for word := range strings.SplitSeq(region, "-") {
		switch {
		case len(id) == 0 || word == "":
			id = append(id, word...)
		case strings.HasSuffix(word, "east") && word != "east", strings.HasSuffix(word, "west") && word != "west":
			id = append(id, word[0], word[len(word)-4]) // southeast: se
		default:
			id = append(id, word[0])
		}
	}
	return string(append(id, '-', 'a', 'z', '1'+letter-'a'))
}
