package ec2

const (
	amazonLinuxPath  = "/aws/service/ami-amazon-linux-latest/"
	amazonLinuxOwner = "137112412989"
)

// AmazonLinux returns plain images of Amazon Linux, which are not ECS-optimized: without
// user data their instances join no cluster. Their ids are the emulator's own, and one
// release stands for all. Source of the parameters: Amazon Linux 2023 user guide and EC2 user
// guide, latest AMI by Systems Manager; of names, owner and volume: field reports.
func AmazonLinux(region string) []*Image {
	var all []*Image
	add := func(name, os, description, arch string, parameters ...string) {
		i := &Image{
			ID: imageID(region, name), Name: name, Description: description, OwnerID: amazonLinuxOwner, Architecture: arch, OS: os, VolumeGiB: 8,
		}
		for _, p := range parameters {
			i.Parameters = append(i.Parameters, amazonLinuxPath+p)
		}
		all = append(all, i)
	}
	for _, arch := range []string{X86, ARM} {
		for _, kind := range []string{"", "minimal-"} {
			version := "2023.7." + linuxVersion + ".0"
			add("al2023-ami-"+kind+version+"-kernel-6.1-"+arch, "Amazon Linux 2023", "Amazon Linux 2023 AMI "+version+" "+arch+" HVM kernel-6.1", arch,
				"al2023-ami-"+kind+"kernel-default-"+arch, "al2023-ami-"+kind+"kernel-6.1-"+arch)
		}
		version := "2.0." + linuxVersion + ".0-" + arch + "-gp2"
		add("amzn2-ami-hvm-"+version, "Amazon Linux 2", "Amazon Linux 2 AMI 2.0."+linuxVersion+".0 "+arch+" HVM gp2", arch, "amzn2-ami-hvm-"+arch+"-gp2")
		add("amzn2-ami-kernel-5.10-hvm-"+version, "Amazon Linux 2", "Amazon Linux 2 Kernel 5.10 AMI 2.0."+linuxVersion+".0 "+arch+" HVM gp2", arch,
			"amzn2-ami-kernel-5.10-hvm-"+arch+"-gp2")
	}
	for _, storage := range []string{"ebs", "gp2"} {
		add("amzn-ami-hvm-2018.03.0."+linuxVersion+".0-x86_64-"+storage, "Amazon Linux", "Amazon Linux AMI 2018.03.0."+linuxVersion+".0 x86_64 HVM "+storage, X86,
			"amzn-ami-hvm-x86_64-"+storage)
	}
	return all
}
