T=300
timeout $T python /tmp/x/tn.py nussinov "reorder(k, S0); tile(i=64, j=64); split(k, i_t=64); split(k_r, j_t); reorder(k_r, k); fission(j, k); fission(i, k)" x 6000
